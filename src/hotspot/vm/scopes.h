// Which methods, inlined into each other, an instruction of a compiled method belongs to. The compiler
// records it for every place where the VM may look: a PcDesc for the instruction, which leads to a scope, a
// short run of numbers in UNSIGNED5:
//
//   offset of the caller's scope (0: none) · index of the method in the nmethod's metadata · bci + 1 · …
//
// Source: HotSpot src/hotspot/share/code/scopeDesc.cpp, pcDesc.hpp, debugInfoRec.cpp, utilities/unsigned5.hpp
// (before JDK 20 code/compressedStream.hpp).
#pragma once

#include <optional>
#include <vector>

#include "hotspot/vm/code_cache.h"

namespace nmtx {

// Reads numbers encoded in UNSIGNED5. Nothing where memory ends, or at an unused byte value.
class CompressedNumbers {
  public:
    CompressedNumbers(VmMemory& memory, Address at, unsigned excluded_bytes)
        : memory_(memory), at_(at), excluded_(excluded_bytes) {}
    std::optional<std::uint32_t> next();
    // With the sign in the lowest bit.
    std::optional<std::int32_t> next_signed();
    std::optional<std::uint8_t> byte();

  private:
    VmMemory& memory_;
    Address at_;
    unsigned excluded_;
};

struct MethodPlace {
    Address method;
    int bci = -1;  // -1: of the method as a whole
    friend bool operator==(const MethodPlace&, const MethodPlace&) = default;
};

struct Scopes {
    // Innermost first; the last is the method that was compiled.
    std::vector<MethodPlace> places;
    // There is a PcDesc for exactly this instruction. Otherwise these are the methods that the notes before
    // and after it have in common, at least the compiled one: the thread is somewhere in the innermost of
    // them, or in a method inlined into it.
    bool exact = false;
};

Scopes scopes_at(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob, Address pc);

// Is there a PcDesc for exactly this instruction, as there is after every call?
bool has_scope(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob, Address pc);

}  // namespace nmtx
