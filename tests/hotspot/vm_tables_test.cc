// What libjvm.so publishes of itself, read from bytes.
#include "catch.h"
#include "hotspot/made_vm.h"

using namespace nmtx;
using namespace nmtx::test;

TEST_CASE("vm tables: fields, sizes and constants by their names") {
    MadeVm made;
    VmMemory memory(made.memory);
    const auto tables = VmTables::read(memory, made.lookup());
    REQUIRE(tables);
    const VmField* const field = tables->field("CodeBlob", "_frame_size");
    REQUIRE(field != nullptr);
    CHECK(field->offset == 28);
    CHECK(field->type == "int");
    CHECK_FALSE(field->is_static);
    CHECK(tables->field("CodeCache", "_heaps")->is_static);
    CHECK(tables->field("CodeCache", "_heap") == nullptr);
    CHECK(tables->field("Symbol", "_body")->type.empty());
    CHECK(tables->size_of("PcDesc") == 16U);
    CHECK_FALSE(tables->size_of("Nothing"));
    CHECK(tables->constant("frame::entry_frame_call_wrapper_offset") == -6);
}

TEST_CASE("vm tables: a symbol that is missing is named") {
    MadeVm made;
    made.symbols.erase("gHotSpotVMStructs");
    VmMemory memory(made.memory);
    const auto tables = VmTables::read(memory, made.lookup());
    REQUIRE_FALSE(tables);
    CHECK(tables.error().what.find("gHotSpotVMStructs is not exported") == 0);
}

TEST_CASE("vm tables: those without an end, without a stride or elsewhere are refused") {
    MadeVm made;
    const auto refused = [&](const char* symbol, std::uint64_t value) {
        made.memory.put(made.symbols.at(symbol), value);
        VmMemory memory(made.memory);
        return !VmTables::read(memory, made.lookup());
    };
    SECTION("a table in memory that is none") {
        CHECK(refused("gHotSpotVMStructs", 0x10));
    }
    SECTION("a table that goes on for ever") {
        const Address one = made.memory.take(48);
        made.memory.put(one, made.memory.text("T").value);
        made.memory.put(one + Bytes(8), made.memory.text("f").value);
        CHECK(refused("gHotSpotVMStructs", one.value));
    }
    SECTION("no stride") {
        CHECK(refused("gHotSpotVMStructEntryArrayStride", 0));
    }
    SECTION("a stride of anything") {
        CHECK(refused("gHotSpotVMTypeEntryArrayStride", 1 << 20));
    }
    SECTION("a part beyond its entry") {
        CHECK(refused("gHotSpotVMStructEntryAddressOffset", 1 << 20));
    }
}

TEST_CASE("vm layout: a field that every release has and this one not is named") {
    MadeVm made;
    std::erase_if(made.fields, [](const MadeVm::Field& field) { return field.name == "_scopes_pcs_offset"; });
    made.write_tables();
    const auto layout = made.read_layout();
    REQUIRE_FALSE(layout);
    CHECK(layout.error().what == "its tables have no nmethod::_scopes_pcs_offset");
}

TEST_CASE("vm layout: from 20 on compressed numbers leave a byte out, and 8 is not taken for 25") {
    const auto excluded = [](int major, bool one_heap) {
        MadeVm made;
        for (MadeVm::Field& field : made.fields) {
            if (field.name == "_vm_major_version") made.memory.put(Address{field.where}, major);
            if (field.name == "_heaps" && one_heap) field.name = "_heap";
        }
        made.write_tables();
        const auto layout = made.read_layout();
        REQUIRE(layout);
        CHECK(layout->frame.bcp == (one_heap ? -7 : -8));
        return layout->excluded_bytes;
    };
    CHECK(excluded(17, false) == 0);
    CHECK(excluded(20, false) == 1);
    CHECK(excluded(25, false) == 1);
    CHECK(excluded(25, true) == 0);
}

TEST_CASE("code cache: an address anywhere in a blob finds it, and free segments have none") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    VmMemory memory(made.memory);
    CodeCacheMap cache(memory, *layout);
    const CodeBlob* const blob = cache.find(made.compiled + Bytes(0x123));
    REQUIRE(blob != nullptr);
    CHECK(blob->kind == BlobKind::compiled);
    CHECK(blob->method == made.outer_method);
    CHECK(blob->frame_bytes == MadeVm::compiled_frame);
    CHECK(cache.find(made.interpreter)->kind == BlobKind::interpreter);
    CHECK(cache.find(made.wrapper)->kind == BlobKind::native_method);
    CHECK(cache.find(made.stub)->frame_bytes == 0);
    CHECK(cache.contains(made.heap_begin + Bytes(7 * MadeVm::segment)));
    CHECK(cache.find(made.heap_begin + Bytes(7 * MadeVm::segment)) == nullptr);
    CHECK(cache.find(made.heap_begin + Bytes(8 * MadeVm::segment)) == nullptr);  // its header
    CHECK(cache.find(Address{1}) == nullptr);
    CHECK_FALSE(cache.contains(Address{1}));
}

TEST_CASE("code cache: a segment map that leads out of the heap, and a blob larger than it, are none") {
    MadeVm made;
    SECTION("the map") {
        made.memory.put(made.segments + Bytes(2), std::uint8_t{200});
    }
    SECTION("the blob") {
        made.memory.put(made.heap_begin + Bytes(16 + 12), std::int32_t{1 << 30});
    }
    SECTION("its code") {
        made.memory.put(made.heap_begin + Bytes(16 + 40), std::uint64_t{1});
    }
    SECTION("a block that is free") {
        made.memory.put(made.heap_begin + Bytes(8), std::uint8_t{0});
    }
    const auto layout = made.read_layout();
    REQUIRE(layout);
    VmMemory memory(made.memory);
    CodeCacheMap cache(memory, *layout);
    CHECK(cache.find(made.heap_begin + Bytes(2 * MadeVm::segment + 100)) == nullptr);
}

TEST_CASE("compressed numbers: one to five bytes, with and without the byte that is left out") {
    MadeMemory bytes;
    VmMemory memory(bytes);
    const Address at = bytes.take(64);
    // 191: the last of one byte without an excluded one; 255, 255, 255, 255, 255: the largest
    bytes.put_bytes(at, {0, 191, 192, 0, 255, 3, 255, 255, 255, 255, 255});
    CompressedNumbers old(memory, at, 0);
    CHECK(old.next() == 0U);
    CHECK(old.next() == 191U);
    CHECK(old.next() == 192U);
    CHECK(old.next() == 255U + 3 * 64);
    CHECK(old.next().has_value());
    VmMemory again(bytes);
    bytes.put_bytes(at, {1, 191, 192, 1, 0});
    CompressedNumbers later(again, at, 1);
    CHECK(later.next() == 0U);
    CHECK(later.next() == 190U);
    CHECK(later.next() == 191U);
    CHECK_FALSE(later.next());
    VmMemory third(bytes);
    bytes.put_bytes(at, {4, 5});
    CompressedNumbers with_sign(third, at, 0);
    CHECK(with_sign.next_signed() == 2);
    CHECK(with_sign.next_signed() == -3);
}

TEST_CASE("method names: lines by the nearest entry before, and hidden classes as the JVM writes them") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    VmMemory memory(made.memory);
    MethodNames names(memory, *layout);
    const MethodName* const run = names.find(made.main_method);
    REQUIRE(run != nullptr);
    CHECK(run->name == "com.acme.Main.run");
    CHECK(run->source == "Made.java");
    CHECK(run->bytecodes.size() == Bytes(20));
    CHECK(names.line_of(*run, 0) == 0);  // before the first entry
    CHECK(names.line_of(*run, 1) == 2);
    CHECK(names.line_of(*run, 20) == 2);
    CHECK(names.line_of(*run, 21) == 102);  // behind an entry that does not fit into a byte
    CHECK(names.find(made.inner_method)->name == "com.acme.Inner$$Lambda/0x00007f.apply");
    CHECK(names.find(made.native_method)->bytecodes.empty());
    CHECK(names.find(made.main_bytecodes) == nullptr);
    CHECK(names.find(Address{12345}) == nullptr);
}

TEST_CASE("scopes: of an inlined call both places, and the method alone where offsets do not descend") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    VmMemory memory(made.memory);
    CodeCacheMap cache(memory, *layout);
    const CodeBlob* const blob = cache.find(made.compiled);
    REQUIRE(blob != nullptr);
    const Address pc = made.compiled + Bytes(MadeVm::call_at);
    const Scopes scopes = scopes_at(memory, *layout, *blob, pc);
    CHECK(scopes.exact);
    CHECK(scopes.places == std::vector<MethodPlace>{{made.inner_method, 2}, {made.outer_method, 4}});
    CHECK(has_scope(memory, *layout, *blob, pc));
    // Between notes of which one tells nothing it is the compiled method, somewhere.
    const Scopes near = scopes_at(memory, *layout, *blob, made.compiled + Bytes(0x20));
    CHECK_FALSE(near.exact);
    CHECK(near.places == std::vector<MethodPlace>{{made.outer_method, -1}});
    // Between notes of the same inlined call it is that call.
    made.memory.put(blob->pc_descs.begin + Bytes(32), std::int32_t{MadeVm::call_at + 16});
    made.memory.put(blob->pc_descs.begin + Bytes(36), std::int32_t{5});
    memory.clear();
    const Scopes between = scopes_at(memory, *layout, *blob, pc + Bytes(8));
    CHECK_FALSE(between.exact);
    CHECK(between.places == scopes.places);
    made.memory.put(blob->scopes_data + Bytes(5), std::uint8_t{5});  // its own caller
    memory.clear();
    CHECK(scopes_at(memory, *layout, *blob, pc).places == std::vector<MethodPlace>{{made.outer_method, -1}});
}
