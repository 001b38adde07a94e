// What a search of the Java heap for words reads beyond a single object: how large objects of a class are,
// which native methods a class has, where a java.lang.Class keeps static fields, where the heap is.
// Source: HotSpot src/hotspot/share/oops/{klass,instanceKlass,method}.hpp, classfile/javaClasses.hpp. The
// classes of a loader are not published by 8.
#pragma once

#include "hotspot/vm/heap_layout.h"

namespace nmtx {

struct HeapSearchLayout {
    HeapLayout heap;
    VmPart layout_helper;                     // of a Klass
    std::optional<VmPart> next_link, loader;  // likewise: the next one of its loader, the loader
    std::optional<VmPart> loader_klasses;
    VmPart methods;                   // of an InstanceKlass
    std::uint64_t pointers_body = 0;  // where the elements of an array of pointers begin
    VmPart method_flags;
    std::uint64_t method_bytes = 0;  // behind it lies the address of a native method's function
    // Of a java.lang.Class: where its class lies, and how many words it has.
    std::uint64_t mirror_klass = 0, mirror_words = 0;
    VmPart reserved_begin, reserved_words;

    // Fails, naming it, where a field is missing that no release here lacks.
    static Expected<HeapSearchLayout> of(const VmTables& tables, VmMemory& memory);
};

// The heap's address space; nothing for collectors that do not say so (ZGC).
std::optional<Range> reserved_heap(const HeapSearchLayout& layout, VmMemory& memory);

}  // namespace nmtx
