// Stacks by the C library's records of threads.
#include "ledger/plan/thread_record_search.h"

#include "allocator/buffer_memory.h"
#include "catch.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t head = 0x7f3000000040;  // in ld.so's data: stacks in use
constexpr std::uint64_t cache = head + 32;      // kept for threads to come

struct MadeThread {
    std::uint64_t begin, end, tid, guard;
    [[nodiscard]] std::uint64_t record() const { return end - 2304; }
    [[nodiscard]] std::uint64_t link() const { return record() + 704; }
};

void put(BufferMemory& memory, const MadeThread& thread) {
    for (std::uint64_t at = thread.end - 4096; at < thread.end; at += 8) memory.touch(at);
    memory.put(thread.record(), thread.record());
    memory.put(thread.record() + 16, thread.record());
    memory.put(thread.record() + 720, thread.tid);
    memory.put(thread.record() + 1680, thread.begin);
    memory.put(thread.record() + 1688, thread.end - thread.begin);
    memory.put(thread.record() + 1696, thread.guard);
}

void put_list(BufferMemory& memory, std::uint64_t at, const std::vector<MadeThread>& threads) {
    std::vector<std::uint64_t> links{at};
    for (const MadeThread& thread : threads) {
        put(memory, thread);
        links.push_back(thread.link());
    }
    for (std::size_t i = 0; i < links.size(); ++i) {
        memory.put(links[i], links[(i + 1) % links.size()]);
        memory.put(links[i] + 8, links[(i + links.size() - 1) % links.size()]);
    }
}

// Three stacks that the kernel has merged (their guards leave no mapping), one of them of a thread that has
// ended; and the heap of a language that makes its own stacks, where one thread runs at the moment.
constexpr MadeThread vm{0x7f0000000000, 0x7f0000101000, 11, 4096};
constexpr MadeThread go{0x7f0000101000, 0x7f0000202000, 12, 4096};
constexpr MadeThread ended{0x7f0000202000, 0x7f0000303000, 0, 4096};

made::Process merged() {
    made::Process process;
    process.map(0xc000000000, 0xc004000000, "rw-p", 50 << 10U)
        .map(0x7f0000000000, 0x7f0000303000, "rw-p", 120)
        .map(0x7f3000000000, 0x7f3000002000, "rw-p", 8, "/lib/ld-linux-x86-64.so.2", 5);
    ProcessView& view = process.read();
    view.tasks.emplace();
    for (const auto& [tid, name, pointer] :
         {std::tuple(11, "GC Thread#0", 0x7f00000ff000ULL), std::tuple(12, "worker", 0xc000001000ULL)}) {
        Task task;
        task.tid = static_cast<std::uint64_t>(tid);
        task.comm = name;
        task.stack_pointer = Address{pointer};
        view.tasks->push_back(task);
    }
    view.residency.emplace();
    view.residency->asked = {range_of(0x7f0000000000, 0x7f0000303000)};
    view.residency->present = {range_of(0x7f00000f9000, 0x7f0000101000),
                               range_of(0x7f00001f2000, 0x7f0000202000),
                               range_of(0x7f00002fd000, 0x7f0000303000)};
    return process;
}

}  // namespace

TEST_CASE("thread records: one leads to all, and to the stacks that are kept for threads to come") {
    made::Process process = merged();
    ProcessView& view = process.read();
    BufferMemory memory;
    // The mapping ends with the stack that is kept: its record is the first that is seen.
    put_list(memory, head, {vm, go});
    memory.put(head + 16, head + 16);  // an empty list between the two
    memory.put(head + 24, head + 16);
    put_list(memory, cache, {ended});
    const ThreadBounds bounds = find_thread_bounds(view, memory);
    CHECK(bounds.complete);
    REQUIRE(bounds.stacks.size() == 3);
    CHECK(bounds.stacks[0].range == range_of(vm.begin, vm.end));
    CHECK(bounds.stacks[0].tid == 11);
    CHECK(bounds.stacks[0].guard == kib(4));
    CHECK(bounds.stacks[2].tid == 0);
    CHECK(find_thread_bounds(view, memory, 2).complete == false);

    view.thread_bounds = bounds;
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/thread stack") == kib(32));
    CHECK(ledger.resident_of("stack/native") == kib(64));
    CHECK(ledger.resident_of("stack/cached") == kib(24));
    CHECK(ledger.unexplained == mib(50));  // a goroutine's stack pointer makes no stack of the heap
}

TEST_CASE("thread records: without them, a pointer into a large mapping that nothing guards makes no stack") {
    made::Process process = merged();
    const auto ledger = reconcile(process.read()).value();
    CHECK(ledger.resident_of("stack/native") == Bytes());
    CHECK(ledger.unexplained == mib(50));
    // One mapping of several stacks is an estimate.
    CHECK(ledger.resident_of("jvm/thread stack") == kib(120));
    for (const Row& row : ledger.rows) {
        if (row.path == "jvm/thread stack") CHECK(row.estimated);
    }
}

TEST_CASE("thread records: memory that contradicts itself leads nowhere, and ends") {
    made::Process process = merged();
    ProcessView& view = process.read();
    BufferMemory memory;
    CHECK(find_thread_bounds(view, memory).stacks.empty());
    put_list(memory, head, {vm, go, ended});
    SECTION("a link that leads out of the list") {
        memory.put(go.link(), 0x7f3000001000);
        CHECK_FALSE(find_thread_bounds(view, memory).complete);
    }
    SECTION("a ring without a head") {
        memory.put(ended.link(), vm.link());
        CHECK_FALSE(find_thread_bounds(view, memory).complete);
    }
    SECTION("a stack that does not hold its record") {
        memory.put(go.record() + 1680, 0x1000);
        const auto bounds = find_thread_bounds(view, memory);
        CHECK(bounds.stacks.size() == 2);
    }
    SECTION("a record that points elsewhere") {
        memory.put(ended.record() + 16, 1);
        CHECK(find_thread_bounds(view, memory).stacks.empty());
    }
}
