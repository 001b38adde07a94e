// The code cache of a JVM, from outside: which blob an address lies in, and what that blob is.
//
//   code heap   | header blob | header blob … |      header: HeapBlock, blob: CodeBlob and what follows it
//   segment map   0 1 2 3 ff ff 0 1 2                a byte for each segment: how far back the block began
//
// Source: HotSpot src/hotspot/share/memory/heap.cpp (CodeHeap::find_start), code/codeBlob.hpp,
// code/nmethod.hpp.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hotspot/vm/vm_layout.h"

namespace nmtx {

enum class BlobKind : std::uint8_t {
    compiled,       // a Java method, by C1, C2 or another compiler
    native_method,  // the wrapper around a native method
    interpreter,
    stub  // all else
};

struct CodeBlob {
    Address at;
    Range code;
    BlobKind kind = BlobKind::stub;
    std::string name;                  // HotSpot's name: "nmethod", "StubRoutines (2)"
    std::uint64_t frame_bytes = 0;     // with the return address; 0 where it has no frame of a fixed size
    std::uint64_t frame_complete = 0;  // offset in the code from which on the frame exists
    // Only for methods:
    Address method;
    Address scopes_data;
    Range pc_descs;
    Address metadata;
    std::vector<Address> deopt_handlers;
    std::uint64_t original_pc = 0;  // offset from the stack pointer where a deoptimised frame keeps its pc

    [[nodiscard]] bool of_method() const {
        return kind == BlobKind::compiled || kind == BlobKind::native_method;
    }
};

class CodeCacheMap {
  public:
    // Without code heaps nothing is read, and all addresses are outside.
    CodeCacheMap(VmMemory& memory, const VmLayout& layout);

    // Is the address within the code cache?
    [[nodiscard]] bool contains(Address address) const;
    // Null where there is no blob or it cannot be read. Valid as long as the map.
    const CodeBlob* find(Address address);

  private:
    struct Heap {
        Range memory;
        Address segments;
        unsigned log2_segment = 0;
    };
    void take_heap(Address heap);
    [[nodiscard]] const Heap* heap_of(Address address) const;
    std::optional<Address> block_of(const Heap& heap, Address address);
    std::optional<CodeBlob> read_blob(Address at);
    bool read_method_parts(CodeBlob& blob);
    std::optional<Address> place(Address blob, const VmPlace& place);

    VmMemory& memory_;
    const VmLayout& layout_;
    std::vector<Heap> heaps_;
    std::unordered_map<std::uint64_t, std::optional<CodeBlob>> blobs_;  // by their addresses
};

}  // namespace nmtx
