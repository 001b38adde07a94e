// Where the parts of Java objects lie, as one JVM's own tables and flags tell: what reading an
// object takes.
//
//   class pointer   32 bits at 8 (UseCompressedClassPointers), 64 bits there without, or the mark's upper
//                   bits (UseCompactObjectHeaders, from 24 on)
//   array           its length behind the class pointer; its elements behind that, of bytes rounded up to 8
//                   before 23 (JDK-8139457)
//   fields          to 20 an array of 16-bit slots, from 21 on a stream of UNSIGNED5 (JDK-8292818)
//   a Thread        an oop in the JavaThread to 13 or so; later behind an OopHandle
//
// Objects are read of collectors that move them only while Java threads stand still. ZGC and Shenandoah move
// them at any time.
// Source: HotSpot src/hotspot/share/oops/{oop,arrayOop,fieldInfo,compressedOops}.hpp, runtime/vmStructs.cpp.
#pragma once

#include <optional>

#include "hotspot/vm/vm_layout.h"

namespace nmtx {

enum class ClassPointer : std::uint8_t { narrow, wide, in_mark };

struct HeapLayout {
    bool narrow_oops = false;
    std::uint64_t oop_base = 0, oop_shift = 0;
    ClassPointer class_pointer = ClassPointer::narrow;
    std::uint64_t class_offset = 8, class_base = 0, class_shift = 0, mark_shift = 0;
    std::uint64_t array_length = 12, array_bytes = 16;  // of arrays of bytes and of characters
    VmPart super, constants;                            // in a Klass
    // Of a class's fields: either the slots or the stream.
    std::optional<VmPart> slots, slot_count, stream;
    std::uint64_t slots_data = 4, stream_data = 4, tag_bits = 2;
    std::uint64_t initialized = 0, generic = 0, contended = 0;  // bits of a field's flags; flat: none is read
    std::optional<std::uint64_t> flat;
    VmPart thread_object;  // in the JavaThread
    bool thread_handle = false;
    std::optional<VmPart> compiler_env, env_task, task_method, task_level;  // what a compiler works on
    // The collector: how many collections there were, and whether one stops Java threads now.
    Address collector;
    VmPart collections, collecting;

    bool moves_while_java_runs = false;

    // The class of an object by its first two words; 0 where they cannot be those of an object.
    [[nodiscard]] std::uint64_t klass_of(std::uint64_t mark, std::uint64_t behind) const {
        if (class_pointer == ClassPointer::wide) return behind;
        const std::uint64_t narrow =
            class_pointer == ClassPointer::in_mark ? mark >> (mark_shift & 63U) : behind & 0xffffffffU;
        return narrow == 0 ? 0 : class_base + (narrow << (class_shift & 31U));
    }

    // Fails where the tables lack something.
    static Expected<HeapLayout> of(const VmTables& tables, VmMemory& memory);
    // Fails as well where the collector moves objects while Java threads run.
    static Expected<HeapLayout> of_still_objects(const VmTables& tables, VmMemory& memory);
};

}  // namespace nmtx
