// Words of the Java heap that are addresses, and the objects and fields that they lie in.
#include "catch.h"
#include "hotspot/made_heap.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

constexpr std::uint64_t block = 0x555500001010;

// The heap with all of its pages resident.
struct ResidentHeap : TargetMemory {
    explicit ResidentHeap(MadeHeap& of) : made(of) {}
    std::size_t read(Address at, std::span<std::byte> into) override { return made.memory.read(at, into); }
    std::vector<Range> resident_runs(Range range) override {
        const Range whole{made.heap, made.heap + Bytes(MadeHeap::heap_bytes)};
        const Range both = intersect(range, whole);
        return both.empty() ? std::vector<Range>{} : std::vector<Range>{both};
    }
    MadeHeap& made;
};

struct Found {
    std::uint64_t at;
    std::string name;
    WordPlace place;
};

struct Scanned {
    std::vector<Found> found;
    HeapScanFigures figures;
};

Scanned scan(MadeHeap& made) {
    const auto layout = made.heap_layout();
    REQUIRE(layout);
    CHECK(layout->heap.class_pointer == made.header);
    const auto methods = made.read_layout();
    REQUIRE(methods);
    ResidentHeap memory(made);
    VmMemory metadata(made.memory, 64);
    VmClasses classes(metadata, *methods, *layout);
    MadeTargets targets;
    targets.add(block);
    HeapScan heap(memory, *layout, classes, targets);
    Scanned scanned;
    const auto place = reserved_heap(*layout, metadata);
    REQUIRE(place);
    scanned.figures = heap.run({*place}, [&](Address at, std::uint64_t word, const WordHolder& holder) {
        CHECK(word == block);
        scanned.found.push_back({at.value - made.heap.value, holder_name(holder), holder.place});
    });
    return scanned;
}

}  // namespace

TEST_CASE("vm heap: a long field holds the address, whatever header the object has") {
    const auto header = GENERATE(ClassPointer::narrow, ClassPointer::wide, ClassPointer::in_mark);
    const auto form = GENERATE(MadeFields::numbers, MadeFields::stream);
    MadeHeap made(header, form);
    const std::uint32_t first = header == ClassPointer::in_mark ? 8 : 16;
    const Address base = made.klass("com/acme/Base", made.object_class, 48, {{"peer", 'J', first, 0}});
    const Address handle = made.klass("com/acme/Handle", base, 48,
                                      {{"count", 'I', first + 8, 0}, {"second", 'J', first + 16, 0}});
    const Address object = made.object(0x100, handle);
    made.memory.put(object + Bytes(first), block);
    made.memory.put(object + Bytes(first + 16), block);
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 2);
    CHECK(scanned.found[0].name == "com.acme.Handle.peer");
    CHECK(scanned.found[1].name == "com.acme.Handle.second");
    CHECK(scanned.figures.words == 2);
    CHECK(scanned.figures.unidentified == 0);
}

TEST_CASE("vm heap: a word in a field that is no long is nobody's") {
    MadeHeap made;
    const Address handle = made.klass("com/acme/Handle", made.object_class, 32, {{"peer", 'J', 16, 0}});
    made.memory.put(made.object(0x100, handle) + Bytes(24), block);
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 1);
    CHECK(scanned.found[0].place == WordPlace::unidentified);
    CHECK(scanned.found[0].name.empty());
    CHECK(scanned.figures.unidentified == 1);
}

TEST_CASE("vm heap: a word behind an object that does not reach it is nobody's") {
    MadeHeap made;
    const Address handle = made.klass("com/acme/Handle", made.object_class, 24, {{"peer", 'J', 16, 0}});
    made.memory.put(made.object(0x100, handle) + Bytes(24), block);
    CHECK(scan(made).figures.unidentified == 1);
}

TEST_CASE("vm heap: what the collector has copied elsewhere counts as moved") {
    MadeHeap made;
    const Address handle = made.klass("com/acme/Handle", made.object_class, 24, {{"peer", 'J', 16, 0}});
    const Address copy = made.object(0x800, handle);
    made.memory.put(copy + Bytes(16), block);
    made.memory.put(made.object(0x100, handle, copy.value | 3) + Bytes(16), block);
    const Scanned scanned = scan(made);
    CHECK(scanned.found.size() == 1);
    CHECK(scanned.figures.moved == 1);
    CHECK(scanned.figures.words == 2);
}

TEST_CASE("vm heap: static fields lie in their class's java.lang.Class") {
    MadeHeap made;
    const Address owner = made.klass("com/acme/Natives", made.object_class, 16, {{"table", 'J', 64, 8}});
    const Address mirror = made.object(0x200, made.class_class);
    made.memory.put(mirror + Bytes(16), owner.value);
    made.memory.put(mirror + Bytes(28), std::int32_t{9});
    made.memory.put(mirror + Bytes(64), block);
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 1);
    CHECK(scanned.found[0].place == WordPlace::static_field);
    CHECK(scanned.found[0].name == "com.acme.Natives.table");
}

TEST_CASE("vm heap: an array's elements are found far behind its header") {
    const auto header = GENERATE(ClassPointer::narrow, ClassPointer::in_mark);
    MadeHeap made(header);
    const Address array = made.longs(0x40, 1000);
    made.memory.put(array + Bytes(16), block);
    made.memory.put(array + Bytes(16 + 8 * 999), block);
    made.memory.put(array + Bytes(16 + 8 * 1000), block);
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 3);
    CHECK(scanned.found[0].place == WordPlace::long_array);
    CHECK(scanned.found[1].name == "long[]");
    CHECK(scanned.found[2].place == WordPlace::unidentified);
}

TEST_CASE("vm heap: with compact headers the address in a field is no header of an array") {
    MadeHeap made(ClassPointer::in_mark);
    const Address handle =
        made.klass("com/acme/Handle", made.object_class, 24, {{"peer", 'J', 8, 0}, {"count", 'I', 16, 0}});
    // Its upper bits name the class of long[]; what follows would be a length that reaches far.
    made.count_classes_from(made.longs_class.value - (block >> 42U));
    for (const std::uint64_t at : {0x100U, 0x118U, 0x400U}) {
        const Address object = made.object(at, handle);
        made.memory.put(object + Bytes(8), block);
        made.memory.put(object + Bytes(16), std::int32_t{0x7000});
    }
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 3);
    for (const Found& found : scanned.found) CHECK(found.name == "com.acme.Handle.peer");
}

TEST_CASE("vm heap: an object that is locked counts where its class has a long") {
    const auto header = GENERATE(ClassPointer::narrow, ClassPointer::in_mark);
    MadeHeap made(header);
    const std::uint32_t first = header == ClassPointer::in_mark ? 8 : 16;
    const Address handle = made.klass("com/acme/Handle", made.object_class, 32, {{"peer", 'J', first, 0}});
    const Address object = made.object(0x100, handle, 0);
    made.memory.put(object + Bytes(first), block);
    made.memory.put(object + Bytes(first + 8), block);
    const Scanned scanned = scan(made);
    REQUIRE(scanned.found.size() == 2);
    CHECK(scanned.found[0].name == "com.acme.Handle.peer");
    CHECK(scanned.found[1].place == WordPlace::unidentified);
}

TEST_CASE("vm heap: a class that does not lead to java.lang.Object is none") {
    MadeHeap made;
    const Address stray = made.klass("com/acme/Stray", {}, 24, {{"peer", 'J', 16, 0}});
    const Address loop = made.klass("com/acme/Loop", made.object_class, 24, {{"peer", 'J', 16, 0}});
    made.memory.put(loop + Bytes(120), loop.value);
    made.memory.put(made.object(0x100, stray) + Bytes(16), block);
    made.memory.put(made.object(0x200, loop) + Bytes(16), block);
    CHECK(scan(made).figures.unidentified == 2);
}

namespace {

// Two of three are native, with their code at `code` and 2 bytes behind it.
void give_methods(MadeHeap& made, Address klass, std::uint64_t code) {
    const Address methods = made.memory.take(8 + 3 * 8);
    made.memory.put(klass + Bytes(408), methods.value);
    made.memory.put(methods, std::int32_t{3});
    const std::uint16_t access[] = {0x0101, 0x0001, 0x0100};
    for (std::uint64_t i = 0; i < 3; ++i) {
        const Address method = made.memory.take(96);
        made.memory.put(methods + Bytes(8 + 8 * i), method.value);
        made.memory.put(method + Bytes(40), access[i]);
        made.memory.put(method + Bytes(88), code + i);
    }
}

}  // namespace

TEST_CASE("vm heap: the libraries of a class are where its native methods' code is") {
    MadeHeap made;
    const Address handle = made.klass("com/acme/Handle", made.object_class, 24, {});
    give_methods(made, handle, 0x7e0000001000);
    const Address part = made.klass("com/acme/Part", handle, 24, {});
    const Address number = made.klass("java/lang/Number", made.object_class, 24, {});
    give_methods(made, number, 0x7e0000002000);
    const Address counter = made.klass("com/acme/Counter", number, 24, {});
    const Address atomic = made.klass("java/util/concurrent/atomic/AtomicLong", number, 24, {});
    const auto layout = made.heap_layout();
    REQUIRE(layout);
    const auto methods_layout = made.read_layout();
    REQUIRE(methods_layout);
    VmMemory metadata(made.memory);
    VmClasses classes(metadata, *methods_layout, *layout);
    const VmClass* const found = classes.find(handle.value);
    REQUIRE(found != nullptr);
    CHECK(classes.native_functions(*found) == std::vector<Address>{{0x7e0000001000}, {0x7e0000001002}});
    CHECK(classes.find(handle.value + 8) == nullptr);
    CHECK(classes.find(0) == nullptr);
    // Inherited ones count, but for the JDK's in an application's class.
    const auto inherited = [&](Address klass) {
        return classes.native_functions(*classes.find(klass.value));
    };
    CHECK(inherited(part) == classes.native_functions(*found));
    CHECK(inherited(counter).empty());
    CHECK(inherited(atomic) == std::vector<Address>{{0x7e0000002000}, {0x7e0000002002}});
}

TEST_CASE("vm heap: a table without what is needed is refused by its name") {
    MadeHeap made;
    std::erase_if(made.fields, [](const MadeVm::Field& field) { return field.name == "_layout_helper"; });
    made.write_tables();
    const auto layout = made.heap_layout();
    REQUIRE_FALSE(layout);
    CHECK(layout.error().what == "its tables have no Klass::_layout_helper");
}

TEST_CASE("vm heap: where objects moved during a pass there is a second one, and what that missed is said") {
    std::vector<std::optional<CollectorState>> states;
    std::size_t asked = 0, passes = 0;
    bool moves = false;
    const auto search = [&] {
        asked = passes = 0;
        const HeapPasses done = pass_over_heap(moves, [&] { return states.at(asked++); }, [&] { ++passes; });
        CHECK(done.passes == passes);
        return done;
    };
    SECTION("no collection") {
        states = {{{7, false}}, {{7, false}}};
        const HeapPasses done = search();
        CHECK(done.passes == 1);
        CHECK(done.may_miss.empty());
    }
    SECTION("one during the first pass") {
        states = {{{7, false}}, {{8, false}}, {{8, false}}, {{8, false}}};
        const HeapPasses done = search();
        CHECK(done.passes == 2);
        CHECK(done.may_miss.empty());
    }
    SECTION("one that had begun before the first pass") {
        states = {{{8, true}}, {{8, false}}, {{8, false}}, {{8, false}}};
        const HeapPasses done = search();
        CHECK(done.passes == 2);
        CHECK(done.may_miss.empty());
    }
    SECTION("one during each") {
        states = {{{7, false}}, {{8, false}}, {{8, false}}, {{10, false}}};
        const HeapPasses done = search();
        CHECK(done.passes == 2);
        CHECK(done.may_miss == "a collection ran during the second search, too");
    }
    SECTION("a collector whose count cannot be read") {
        states = {{{7, false}}, std::nullopt};
        const HeapPasses done = search();
        CHECK(done.passes == 1);
        CHECK(done.may_miss == "whether a collection ran meanwhile could not be read");
    }
    SECTION("a collector that moves objects at any time") {
        moves = true;
        states = {{{7, false}}, {{7, false}}};
        CHECK(search().may_miss == "this collector moves objects while the program runs");
    }
}
