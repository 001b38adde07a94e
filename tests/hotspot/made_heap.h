// A made HotSpot with a Java heap: classes with fields of type long, in both forms that releases have, and
// objects with each form of header.
#pragma once

#include <set>

#include "hotspot/made_vm.h"
#include "hotspot/vm/heap_scan.h"

namespace nmtx::test {

struct MadeField {
    std::string name;
    char type = 'J';
    std::uint32_t offset = 0;
    std::uint32_t access = 0;  // 8: static
};

enum class MadeFields { numbers, stream };

struct MadeHeap : MadeVm {
    static constexpr std::uint64_t heap_bytes = 0x8000;
    ClassPointer header;
    MadeFields form;
    std::uint64_t narrow_base = MadeMemory::base;
    Address object_class, heap, class_class, longs_class;
    std::uint64_t collections = 0;

    explicit MadeHeap(ClassPointer header_of = ClassPointer::narrow, MadeFields form_of = MadeFields::numbers)
        : header(header_of), form(form_of) {
        heap = memory.take(heap_bytes);
        object_class = klass("java/lang/Object", {}, 16, {});
        class_class = klass("java/lang/Class", object_class, 48, {});
        longs_class = klass("[J", object_class, static_cast<std::int32_t>(0xc0000000U | 16U << 16U | 3U), {});
        add_tables();
    }

    // Narrow class pointers count from there on.
    void count_classes_from(std::uint64_t base) {
        narrow_base = base;
        for (const Field& field : fields) {
            if (field.type == "CompressedKlassPointers" && field.name == "_base")
                memory.put(Address{field.where}, base);
        }
    }

    // A class; what it says of its objects' layout is their size, or what arrays have there.
    Address klass(std::string_view name, Address super, std::int32_t layout_helper,
                  const std::vector<MadeField>& fields_of) {
        const Address at = memory.take(512), pool = memory.take(72 + 8 * (2 * fields_of.size() + 1));
        memory.put(at + Bytes(8), layout_helper);
        memory.put(at + Bytes(24), symbol(name).value);
        memory.put(at + Bytes(120), super.value);
        memory.put(at + Bytes(232), pool.value);
        memory.put(pool + Bytes(60), static_cast<std::int32_t>(2 * fields_of.size() + 1));
        for (std::size_t i = 0; i < fields_of.size(); ++i) {
            memory.put(pool + Bytes(72 + 8 * (2 * i + 1)), symbol(fields_of[i].name).value);
            memory.put(pool + Bytes(72 + 8 * (2 * i + 2)), symbol(std::string(1, fields_of[i].type)).value);
        }
        if (form == MadeFields::numbers) {
            put_numbers(at, fields_of);
        } else {
            put_stream(at, fields_of);
        }
        return at;
    }

    void put_numbers(Address at, const std::vector<MadeField>& fields_of) {
        const Address array = memory.take(4 + 12 * fields_of.size());
        memory.put(at + Bytes(456), array.value);
        memory.put(at + Bytes(310), static_cast<std::uint16_t>(fields_of.size()));
        for (std::size_t i = 0; i < fields_of.size(); ++i) {
            const Address entry = array + Bytes(4 + 12 * i);
            memory.put(entry, static_cast<std::uint16_t>(fields_of[i].access));
            memory.put(entry + Bytes(2), static_cast<std::uint16_t>(2 * i + 1));
            memory.put(entry + Bytes(4), static_cast<std::uint16_t>(2 * i + 2));
            memory.put(entry + Bytes(8), static_cast<std::uint32_t>(fields_of[i].offset << 2U | 1U));
        }
    }

    // One byte a number, as UNSIGNED5 has small ones (without excluded bytes); of every second field a
    // further number is there.
    void put_stream(Address at, const std::vector<MadeField>& fields_of) {
        const Address array = memory.take(64 + 8 * fields_of.size());
        memory.put(at + Bytes(456), array.value);
        Address next = array + Bytes(4);
        const auto number = [&](std::uint64_t value) {
            memory.put(next, static_cast<std::uint8_t>(value));
            next = next + Bytes(1);
        };
        number(fields_of.size());
        number(0);
        for (std::size_t i = 0; i < fields_of.size(); ++i) {
            number(2 * i + 1);
            number(2 * i + 2);
            number(fields_of[i].offset);
            number(fields_of[i].access);
            number(i % 2 == 0 ? 0 : 1);
            if (i % 2 != 0) number(7);
        }
    }

    // Puts an object's header at so many bytes into the heap.
    Address object(std::uint64_t at, Address of, std::uint64_t mark = 1) {
        const Address begin = heap + Bytes(at);
        const auto narrow = static_cast<std::uint32_t>(of.value - narrow_base);
        if (header == ClassPointer::in_mark) {
            memory.put(begin, mark | std::uint64_t{narrow} << 42U);
        } else {
            memory.put(begin, mark);
            if (header == ClassPointer::wide) {
                memory.put(begin + Bytes(8), of.value);
            } else {
                memory.put(begin + Bytes(8), narrow);
            }
        }
        return begin;
    }
    Address longs(std::uint64_t at, std::int32_t length) {
        const Address begin = object(at, longs_class);
        memory.put(begin + Bytes(header == ClassPointer::in_mark  ? 8
                                 : header == ClassPointer::narrow ? 12
                                                                  : 16),
                   length);
        return begin;
    }

    void add_tables() {
        part("Klass", "_layout_helper", "jint", 8);
        part("Klass", "_super", "Klass*", 120);
        part("InstanceKlass", "_constants", "ConstantPool*", 232);
        part("InstanceKlass", "_methods", "Array<Method*>*", 408);
        if (form == MadeFields::numbers) {
            part("InstanceKlass", "_fields", "Array<u2>*", 456);
            part("InstanceKlass", "_java_fields_count", "u2", 310);
        } else {
            part("InstanceKlass", "_fieldinfo_stream", "Array<u1>*", 456);
            constants.emplace_back("FieldInfo::FieldFlags::_ff_initialized", 0);
        }
        part("Array<u1>", "_data", "", 4);
        part("Array<u2>", "_data", "", 4);
        constants.emplace_back("FIELDINFO_TAG_SIZE", 2);
        constants.emplace_back("FieldInfo::field_slots", 6);
        constants.emplace_back("FieldInfo::low_packed_offset", 4);
        constants.emplace_back("FieldInfo::FieldFlags::_ff_generic", 2);
        constants.emplace_back("FieldInfo::FieldFlags::_ff_contended", 4);
        part("JavaThread", "_threadObj", "OopHandle", 400);
        part("CollectedHeap", "_is_gc_active", "bool", 48);
        fixed("CompressedOops", "_base", "address", 0);
        fixed("CompressedOops", "_shift", "int", 3);
        part("Method", "_access_flags", "AccessFlags", 40);
        sizes.emplace_back("Array<Method*>", 16);
        sizes.emplace_back("Method", 88);
        fixed("CompressedKlassPointers", "_base", "address", narrow_base);
        fixed("CompressedKlassPointers", "_shift", "int", 0);
        fixed("java_lang_Class", "_klass_offset", "int", 16);
        fixed("java_lang_Class", "_oop_size_offset", "int", 28);
        constants.emplace_back("markWord::klass_shift", 42);
        const Address collected = memory.take(128);
        memory.put(collected + Bytes(32), heap.value);
        memory.put(collected + Bytes(40), heap_bytes / 8);
        fixed("Universe", "_collectedHeap", "CollectedHeap*", collected.value);
        part("CollectedHeap", "_reserved", "MemRegion", 32);
        part("CollectedHeap", "_total_collections", "unsigned int", 64);
        part("MemRegion", "_start", "HeapWord*", 0);
        part("MemRegion", "_word_size", "size_t", 8);
        add_flags();
        write_tables();
    }

    void add_flags() {
        const Address all = memory.take(3 * 24), yes = memory.take(1), no = memory.take(1);
        memory.put(yes, std::uint8_t{1});
        const std::pair<const char*, bool> set[] = {
            {"UseCompressedOops", true},
            {"UseCompressedClassPointers", header != ClassPointer::wide},
            {"UseCompactObjectHeaders", header == ClassPointer::in_mark}};
        for (std::size_t i = 0; i < 3; ++i) {
            memory.put(all + Bytes(24 * i), (set[i].second ? yes : no).value);
            memory.put(all + Bytes(24 * i + 8), memory.text(set[i].first).value);
        }
        part("JVMFlag", "_name", "const char*", 8);
        part("JVMFlag", "_addr", "", 0);
        fixed("JVMFlag", "flags", "JVMFlag*", all.value);
        fixed("JVMFlag", "numFlags", "size_t", 3);
        sizes.emplace_back("JVMFlag", 24);
    }

    Expected<HeapSearchLayout> heap_layout() {
        VmMemory pages(memory);
        const auto tables = VmTables::read(pages, lookup());
        if (!tables) return tl::make_unexpected(tables.error());
        return HeapSearchLayout::of(*tables, pages);
    }
};

// Blocks that are looked for.
struct MadeTargets : PointerTargets {
    AddressFilter filter;
    std::set<std::uint64_t> blocks;
    void add(std::uint64_t block) {
        filter.add(range_of(block, block + 16));
        blocks.insert(block);
    }
    const AddressFilter& near() const override { return filter; }
    bool contains(std::uint64_t word) override { return blocks.count(word) != 0; }
};

}  // namespace nmtx::test
