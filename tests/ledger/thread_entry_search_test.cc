#include "ledger/plan/thread_entry_search.h"

#include "allocator/buffer_memory.h"
#include "catch.h"

using namespace nmtx;

namespace {

ProcessView process() {
    ProcessView view;
    view.smaps = parse_smaps(
                     "7f0000000000-7f0000001000 ---p 00000000 00:00 0 \nRss: 0 kB\n"
                     "7f0000001000-7f0000100000 rw-p 00000000 00:00 0 \nRss: 8 kB\n"
                     "7f0000200000-7f0000201000 ---p 00000000 00:00 0 \nRss: 0 kB\n"
                     "7f0000201000-7f0000300000 rw-p 00000000 00:00 0 \nRss: 8 kB\n"
                     "7f1000000000-7f1000010000 r-xp 00000000 fe:00 7 /opt/libworker.so\nRss: 4 kB\n"
                     "7f1000010000-7f1000020000 rw-p 00000000 fe:00 7 /opt/libworker.so\nRss: 4 kB\n"
                     "7f1000020000-7f1000030000 r-xp 00000000 fe:00 8 /lib/libc.so.6\nRss: 4 kB\n")
                     .value();
    view.tasks.emplace();
    for (const std::uint64_t pointer : {0x7f00000ff000ULL, 0x7f00002ff000ULL}) {
        Task task;
        task.stack_pointer = Address{pointer};
        view.tasks->push_back(task);
    }
    return view;
}

}  // namespace

TEST_CASE("thread entries: the first function is found at the top of a stack, the C library's own are none") {
    const ProcessView view = process();
    BufferMemory memory;
    memory.put(0x7f00000ff800, 0x7f1000020010);  // libc's code
    memory.put(0x7f00000ffd00, 0x7f1000010010);  // data of the library
    memory.put(0x7f00000ffe00, 0x7f1000000123);  // its code
    memory.put(0x7f00002ff000, 0x7f1000000123);  // below struct pthread: the library's own variables
    const auto entries = find_thread_entries(view, {}, memory);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].stack_top == Address{0x7f0000100000});
    CHECK(entries[0].file == "/opt/libworker.so");
    CHECK(memory.reads == 2);  // no arena to look for in the page below
    CHECK(find_thread_entries(view, {}, memory, 0).empty());
}

TEST_CASE(
    "thread entries: a thread's arena is the one that its variables name, the nearest to struct pthread") {
    const ProcessView view = process();
    BufferMemory memory;
    const Address first{0x7f2d54000030}, second{0x7f2d58000030};
    memory.put(0x7f00000fe700, second.value);  // a frame of the thread has it as well
    memory.put(0x7f00000ff600, first.value);
    memory.put(0x7f00002ffd00, second.value);  // within struct pthread: no variable
    memory.put(0x7f00002fe000, second.value);  // too far below
    const auto entries = find_thread_entries(view, {first, second}, memory);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].stack_top == Address{0x7f0000100000});
    CHECK(entries[0].arena == first);
    CHECK(entries[0].file.empty());
}
