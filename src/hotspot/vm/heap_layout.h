// How objects lie in a JVM's heap and what its classes say of their fields, as the JVM's own tables tell.
//
//   header, -XX:+UseCompressedClassPointers    mark word 8 · narrow klass 4 · (array length 4)
//           without                            mark word 8 · klass 8 · (array length 4)
//           -XX:+UseCompactObjectHeaders       mark word 8, klass in its upper bits · (array length 4)
//
// Sources: HotSpot src/hotspot/share/oops/{oop,markWord,compressedKlass,klass,instanceKlass,fieldInfo}.hpp.
// What releases do differently, and how it is told:
//
//   base and shift of narrow klasses   8 and 11 Universe::_narrow_klass; 17 to 21
//                                      CompressedKlassPointers::_narrow_klass; then _base, _shift
//   fields                             to 20 InstanceKlass::_fields, 6 numbers of 16 bits each; from 21 on
//                                      _fieldinfo_stream, UNSIGNED5 (JDK-8292818)
//   bits of a field's flags            constants FieldInfo::FieldFlags::_ff_…
//   tag of arrays                      constant Klass::_lh_array_tag_shift
//   classes of a loader                not published by 8
#pragma once

#include <cstdint>
#include <optional>

#include "hotspot/vm/vm_layout.h"

namespace nmtx {

enum class ObjectHeader : std::uint8_t { narrow, wide, compact };

struct HeapLayout {
    ObjectHeader header = ObjectHeader::narrow;
    std::uint64_t narrow_base = 0;
    unsigned narrow_shift = 0, klass_shift = 42;

    VmPart layout_helper, klass_name, klass_super;
    unsigned array_tag_shift = 30;
    std::optional<VmPart> next_link, loader;  // of a Klass: the next one of its loader, the loader
    std::optional<VmPart> loader_klasses;
    VmPart constants, methods;  // of an InstanceKlass
    std::optional<VmPart> fields, java_fields_count, field_stream;
    // Bits of a field's flags that stand for a further number in the stream.
    std::uint32_t more_numbers_bits = 0;
    std::uint32_t injected_bit = 0;
    unsigned excluded_bytes = 0;  // of UNSIGNED5
    VmPart pool_length, symbol_length;
    std::uint64_t pool_bytes = 0, symbol_body = 0;
    std::uint64_t numbers_body = 0, bytes_body = 0, pointers_body = 0;  // where an Array's elements begin
    VmPart method_flags;
    std::uint64_t method_bytes = 0;  // behind it lies the address of a native method's function
    // Of a java.lang.Class: where its class lies, and how many words it has.
    std::uint64_t mirror_klass = 0, mirror_words = 0;

    std::optional<Address> heap;  // static: CollectedHeap*
    VmPart reserved_begin, reserved_words, collections;

    // Fails, naming it, where a field is missing that no release here lacks.
    static Expected<HeapLayout> of(const VmTables& tables, VmMemory& memory);

    [[nodiscard]] std::uint64_t array_length_offset() const {
        return header == ObjectHeader::compact ? 8 : header == ObjectHeader::narrow ? 12 : 16;
    }
    [[nodiscard]] std::uint64_t header_bytes() const {
        return header == ObjectHeader::compact ? 8 : header == ObjectHeader::narrow ? 12 : 16;
    }
};

// The heap's address space; nothing for collectors that do not say so (ZGC).
std::optional<Range> reserved_heap(const HeapLayout& layout, VmMemory& memory);
// How many collections there were.
std::optional<std::uint64_t> collections(const HeapLayout& layout, VmMemory& memory);

}  // namespace nmtx
