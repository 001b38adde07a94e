// Where the fields lie that walking Java stacks reads, as one JVM's own tables tell. What releases do
// differently is found by which fields they have; the table in the source says which and why.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hotspot/vm/vm_tables.h"

namespace nmtx {

struct VmPart {
    std::uint64_t offset = 0;
    unsigned bytes = 8;
    bool is_signed = false;
};

// A place that belongs to a blob of code: the field holds its address, or its distance from one of these.
enum class VmBase : std::uint8_t { address, blob, data, immutable, changeable };
struct VmPlace {
    VmPart field;
    VmBase base = VmBase::address;
};

struct CodeCacheLayout {
    std::optional<Address> heaps;     // static: GrowableArray<CodeHeap*>*
    std::optional<Address> one_heap;  // static: CodeHeap*, on 8
    VmPart array_length, array_data;
    std::uint64_t heap_memory = 0, heap_segments = 0;  // VirtualSpace in the CodeHeap
    VmPart heap_log2_segment, space_low, space_high;
    VmPart block_used;
    std::uint64_t block_bytes = 0;
};

struct CodeBlobLayout {
    VmPart name, size, frame_size, frame_complete;
    VmPlace code_begin, code_end;
    std::uint64_t bytes = 0;  // of a CodeBlob
    VmPart data;              // offset of the data, where `data` is a base
    std::optional<VmPart> changeable, relocation_size;
};

struct NmethodLayout {
    VmPart method;
    VmPlace scopes_data, scopes_pcs, pcs_end, metadata;
    std::optional<VmPart> immutable;
    std::vector<VmPlace> deopt_handlers;
    VmPart original_pc;
    VmPart pc_offset, scope_offset;  // in a PcDesc
    std::uint64_t pc_desc_bytes = 0;
};

struct MethodLayout {
    VmPart const_method;
    VmPart constants, flags, code_size, name_index;  // in the ConstMethod
    std::uint64_t const_method_bytes = 0;            // where the bytecodes begin
    std::uint64_t has_line_numbers = 0;              // bit of the flags
    VmPart pool_holder, pool_length;
    std::uint64_t pool_bytes = 0;  // where its entries begin
    VmPart klass_name;
    std::optional<VmPart> source_in_pool, source_in_klass;
    VmPart symbol_length;
    std::uint64_t symbol_body = 0;
};

struct JavaThreadLayout {
    std::optional<Address> list;   // static: ThreadsList*
    std::optional<Address> first;  // static: JavaThread*, on 8 and 9
    VmPart list_length, list_threads, next;
    VmPart os_thread, thread_id;
    std::uint64_t anchor = 0;  // JavaFrameAnchor in the JavaThread
    VmPart last_sp, last_pc, last_fp;
};

// Of frames: in words from the frame pointer.
struct FrameLayout {
    Address call_stub_return;
    std::optional<Address> return_barrier;
    int call_wrapper = 0;
    int method = 0, bcp = 0, sender_sp = 0;  // of an interpreter's
    std::uint64_t wrapper_anchor = 0;        // JavaFrameAnchor in the JavaCallWrapper
};

struct VmLayout {
    CodeCacheLayout cache;
    CodeBlobLayout blob;
    NmethodLayout nmethod;
    MethodLayout method;
    JavaThreadLayout thread;
    FrameLayout frame;
    // A byte that UNSIGNED5 does not use: its numbers begin above it.
    unsigned excluded_bytes = 0;

    // Fails, naming it, where a field is missing that no release here lacks.
    static Expected<VmLayout> of(const VmTables& tables, VmMemory& memory);
};

// A field's place and width, by its type's name.
VmPart part_of(const VmField& field);

// The field's number, extended to 64 bits.
std::optional<std::uint64_t> read_part(VmMemory& memory, Address object, VmPart part);
std::optional<Address> read_pointer(VmMemory& memory, Address object, VmPart part);

}  // namespace nmtx
