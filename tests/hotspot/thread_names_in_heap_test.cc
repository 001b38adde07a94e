#include "hotspot/vm/thread_names_in_heap.h"

#include <utility>

#include "catch.h"
#include "hotspot/made_vm.h"

using namespace nmtx;
using nmtx::test::MadeMemory;
using nmtx::test::MadeVm;

namespace {

// The made JVM with a heap: its thread 42 is a Worker, a subclass of Thread, called "réseau-1".
class HeapVm {
  public:
    MadeVm vm;
    Address thread_class, worker_class, string_class, bytes_class;
    Address worker, name, letters, java_thread, collector;
    bool stream = false;
    std::vector<const char*> flags{"UseG1GC", "UseCompressedOops", "UseCompressedClassPointers"};

    explicit HeapVm(bool fields_in_stream = false) : stream(fields_in_stream) {
        thread_class =
            klass("java/lang/Thread", {}, {{"name", "Ljava/lang/String;", 16}, {"threadStatus", "I", 20}});
        worker_class = klass("com/acme/Worker", thread_class, {});
        string_class = klass("java/lang/String", {}, {{"coder", "B", 16}, {"value", "[B", 12}});
        bytes_class = klass("[B", {}, {});
        letters = bytes("r\xe9seau-1");
        name = object(string_class);
        vm.memory.put(name + Bytes(12), narrow(letters));
        worker = object(worker_class);
        vm.memory.put(worker + Bytes(16), narrow(name));
        vm.memory.put(worker + Bytes(20), std::uint32_t{0x291});
        java_thread = vm.memory.take(512);
        const Address os_thread = vm.memory.take(32), threads = vm.slot(java_thread.value),
                      list = vm.memory.take(24);
        vm.memory.put(os_thread + Bytes(16), std::int32_t{42});
        vm.memory.put(java_thread + Bytes(8), os_thread.value);
        vm.memory.put(java_thread + Bytes(100 * 4), vm.slot(worker.value).value);
        vm.memory.put(list + Bytes(4), std::uint32_t{1});
        vm.memory.put(list + Bytes(16), threads.value);
        collector = vm.memory.take(128);
        drop("ThreadsSMRSupport", "_java_thread_list");
        vm.fixed("ThreadsSMRSupport", "_java_thread_list", "ThreadsList*", list.value);
        tables();
    }

    Address object(Address of) {
        const Address at = vm.memory.take(64);
        vm.memory.put(at + Bytes(8), narrow(of));
        return at;
    }
    Address bytes(std::string_view text) {
        const Address at = vm.memory.take(16 + text.size());
        vm.memory.put(at + Bytes(8), narrow(bytes_class));
        vm.memory.put(at + Bytes(12), static_cast<std::uint32_t>(text.size()));
        for (std::size_t i = 0; i < text.size(); ++i) vm.memory.put(at + Bytes(16 + i), text[i]);
        return at;
    }
    static std::uint32_t narrow(Address at) {
        return static_cast<std::uint32_t>(at.value - MadeMemory::base);
    }

    // `wait` as ThreadNamesInHeap has it.
    std::vector<ToldThread> read(
        TargetMemory& memory, const std::function<bool()>& wait = [] { return false; }) {
        VmMemory pages(memory);
        const auto tables = VmTables::read(pages, vm.lookup());
        REQUIRE(tables);
        const auto layout = VmLayout::of(*tables, pages);
        REQUIRE(layout);
        const auto heap = HeapLayout::of_still_objects(*tables, pages);
        why = heap ? "" : heap.error().what;
        return ThreadNamesInHeap(pages, *layout, heap ? &*heap : nullptr, wait).read();
    }
    std::vector<ToldThread> read() { return read(vm.memory); }
    void write_flags() {
        const Address table = vm.memory.take(32 * (flags.size() + 1)), on = vm.memory.take(1);
        vm.memory.put(on, std::uint8_t{1});
        for (std::size_t i = 0; i < flags.size(); ++i) {
            vm.memory.put(table + Bytes(32 * i), on.value);
            vm.memory.put(table + Bytes(32 * i + 8), vm.memory.text(flags[i]).value);
        }
        drop("JVMFlag", "flags");
        drop("JVMFlag", "numFlags");
        vm.fixed("JVMFlag", "flags", "JVMFlag*", table.value);
        vm.fixed("JVMFlag", "numFlags", "size_t", flags.size() + 1);
        vm.write_tables();
    }

    std::string why;

  private:
    struct Field {
        const char *name, *type;
        unsigned offset;
    };
    void drop(std::string_view type, std::string_view name_of) {
        std::erase_if(vm.fields, [&](const MadeVm::Field& f) { return f.type == type && f.name == name_of; });
    }
    // Klass: name at 24, super at 120, constants at 224, fields at 456, their count at 310.
    Address klass(std::string_view class_name, Address super, const std::vector<Field>& fields) {
        const Address at = vm.memory.take(512), pool = vm.memory.take(72 + 16 * 8),
                      array = vm.memory.take(128);
        vm.memory.put(at + Bytes(24), vm.symbol(class_name).value);
        vm.memory.put(at + Bytes(120), super.value);
        vm.memory.put(at + Bytes(224), pool.value);
        vm.memory.put(at + Bytes(456), array.value);
        vm.memory.put(at + Bytes(310), static_cast<std::uint16_t>(fields.size()));
        vm.memory.put(pool + Bytes(60), std::int32_t{16});
        Address next = array + Bytes(4);
        const auto byte = [&](std::uint64_t value) {
            vm.memory.put(next,
                          static_cast<std::uint8_t>(value));  // below 191 UNSIGNED5 is the number itself
            next = next + Bytes(1);
        };
        if (stream) {
            byte(fields.size());
            byte(0);
        }
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const std::uint16_t name_at = static_cast<std::uint16_t>(2 * i + 1);
            vm.memory.put(pool + Bytes(72 + 8U * name_at), vm.symbol(fields[i].name).value);
            vm.memory.put(pool + Bytes(72 + 8U * name_at + 8), vm.symbol(fields[i].type).value);
            if (stream) {
                // Every second one has a generic signature, which is one number more.
                for (const std::uint64_t value : {std::uint64_t{name_at}, std::uint64_t{name_at} + 1,
                                                  std::uint64_t{fields[i].offset}, std::uint64_t{2}})
                    byte(value);
                byte(i % 2 == 0 ? 4 : 0);
                if (i % 2 == 0) byte(9);
                continue;
            }
            const std::uint32_t packed = fields[i].offset << 2U | 1U;
            for (const std::uint32_t slot :
                 {2U, std::uint32_t{name_at}, name_at + 1U, 0U, packed & 0xffffU, packed >> 16U}) {
                vm.memory.put(next, static_cast<std::uint16_t>(slot));
                next = next + Bytes(2);
            }
        }
        return at;
    }
    void tables() {
        vm.part("JVMFlag", "_addr", "", 0);
        vm.part("JVMFlag", "_name", "const char*", 8);
        vm.part("Klass", "_super", "Klass*", 120);
        vm.part("InstanceKlass", "_constants", "ConstantPool*", 224);
        if (stream) {
            vm.part("InstanceKlass", "_fieldinfo_stream", "Array<u1>*", 456);
            vm.part("Array<u1>", "_data", "", 4);
        } else {
            vm.part("InstanceKlass", "_fields", "Array<u2>*", 456);
            vm.part("InstanceKlass", "_java_fields_count", "u2", 310);
            vm.part("Array<u2>", "_data", "", 4);
        }
        vm.part("JavaThread", "_threadObj", "OopHandle", 400);
        vm.part("CollectedHeap", "_total_collections", "unsigned int", 64);
        vm.part("CollectedHeap", "_is_gc_active", "bool", 48);
        vm.fixed("Universe", "_collectedHeap", "CollectedHeap*", collector.value);
        for (const char* const holder : {"CompressedOops", "CompressedKlassPointers"}) {
            vm.fixed(holder, "_base", "address", MadeMemory::base);
            vm.fields.push_back({holder, "_shift", "int", true, vm.slot(0).value});
        }
        vm.sizes.emplace_back("JVMFlag", 32);
        for (const auto& [constant, value] :
             std::initializer_list<std::pair<const char*, int>>{{"FIELDINFO_TAG_SIZE", 2},
                                                                {"FieldInfo::field_slots", 6},
                                                                {"FieldInfo::low_packed_offset", 4},
                                                                {"FieldInfo::FieldFlags::_ff_initialized", 0},
                                                                {"FieldInfo::FieldFlags::_ff_generic", 2},
                                                                {"FieldInfo::FieldFlags::_ff_contended", 4}})
            vm.constants.emplace_back(constant, value);
        write_flags();
    }
};

// Another one's memory, which is told of each page that is read.
class Watched : public TargetMemory {
  public:
    Watched(TargetMemory& memory, std::function<void()> told) : memory_(memory), told_(std::move(told)) {}
    std::size_t read(Address at, std::span<std::byte> into) override {
        told_();
        return memory_.read(at, into);
    }
    std::vector<Range> resident_runs(Range range) override { return memory_.resident_runs(range); }

  private:
    TargetMemory& memory_;
    std::function<void()> told_;
};

}  // namespace

TEST_CASE("heap names: a thread's name and state, by its class's fields, in slots and in a stream") {
    for (const bool stream : {false, true}) {
        HeapVm made(stream);
        const auto told = made.read();
        INFO(made.why);
        REQUIRE(told.size() == 1);
        CHECK(told[0].id == 42);
        REQUIRE(told[0].name);
        CHECK(*told[0].name == "réseau-1");
        CHECK(told[0].state == "WAITING (parking)");
        CHECK(told[0].compiling.empty());
    }
}

TEST_CASE("heap names: UTF-16, with characters beyond 16 bits") {
    HeapVm made;
    const Address letters = made.bytes(std::string("\x34\x30\x3d\xd8\x00\xde", 6));
    made.vm.memory.put(made.name + Bytes(12), HeapVm::narrow(letters));
    made.vm.memory.put(made.name + Bytes(16), std::uint8_t{1});
    CHECK(made.read()[0].name == "\u3034\U0001F600");
}

TEST_CASE("heap names: what is not a Thread, a String or its bytes has no name") {
    HeapVm not_thread;
    not_thread.vm.memory.put(not_thread.worker + Bytes(8), HeapVm::narrow(not_thread.string_class));
    CHECK_FALSE(not_thread.read()[0].name);
    HeapVm not_string;
    not_string.vm.memory.put(not_string.name + Bytes(8), HeapVm::narrow(not_string.worker_class));
    CHECK_FALSE(not_string.read()[0].name);
    CHECK(not_string.read()[0].state == "WAITING (parking)");
    HeapVm not_bytes;
    not_bytes.vm.memory.put(not_bytes.letters + Bytes(8), HeapVm::narrow(not_bytes.string_class));
    CHECK_FALSE(not_bytes.read()[0].name);
    HeapVm endless;
    endless.vm.memory.put(endless.letters + Bytes(12), std::uint32_t{0x7fffffff});
    CHECK_FALSE(endless.read()[0].name);
}

TEST_CASE("heap names: nothing is believed while a collection is under way, and it is waited for") {
    HeapVm made;
    made.vm.memory.put(made.collector + Bytes(48), std::uint8_t{1});
    const auto during = made.read();
    REQUIRE(during.size() == 1);
    CHECK(during[0].id == 42);
    CHECK_FALSE(during[0].name);
    CHECK(during[0].state.empty());
    int waits = 0;
    const auto after = made.read(made.vm.memory, [&] {
        made.vm.memory.put(made.collector + Bytes(48), std::uint8_t{0});
        return ++waits < 10;
    });
    CHECK(waits == 1);
    CHECK(after[0].name == "réseau-1");
}

TEST_CASE("heap names: what was read while a collection came and went is read again") {
    HeapVm made;
    std::uint32_t collections = 0;
    std::size_t reads = 0, until = 0;
    Watched memory(made.vm.memory, [&] {
        if (++reads < until) made.vm.memory.put(made.collector + Bytes(64), ++collections);
    });
    CHECK(made.read(memory)[0].name == "réseau-1");
    until = std::exchange(reads, 0);  // within the first try
    CHECK(made.read(memory)[0].name == "réseau-1");
    CHECK(collections > 0);
    CHECK(reads > until);
    reads = 0;
    until = 1000000;
    CHECK_FALSE(made.read(memory)[0].name);
}

TEST_CASE(
    "heap names: of a name that changes in between, and of a collector that moves objects at any time") {
    HeapVm made;
    std::uint32_t n = 0;
    Watched memory(made.vm.memory,
                   [&] { made.vm.memory.put(made.letters + Bytes(16), static_cast<char>('a' + n++ % 26)); });
    CHECK_FALSE(made.read(memory)[0].name);
    HeapVm concurrent;
    concurrent.flags = {"UseZGC", "UseCompressedClassPointers"};
    concurrent.write_flags();
    const auto told = concurrent.read();
    CHECK(concurrent.why == "its garbage collector moves objects while Java threads run");
    REQUIRE(told.size() == 1);
    CHECK(told[0].id == 42);
    CHECK_FALSE(told[0].name);
}

TEST_CASE("heap names: states as Thread.print words them") {
    CHECK(java_state_of(0x5) == "RUNNABLE");
    CHECK(java_state_of(0x401) == "BLOCKED (on object monitor)");
    CHECK(java_state_of(0xe1) == "TIMED_WAITING (sleeping)");
    CHECK(java_state_of(0x12345).empty());
}
