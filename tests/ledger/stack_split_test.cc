#include "ledger/claims/stack_split.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("stacks in one mapping are cut where the resident pages above a stack pointer end") {
    const Range area = range_of(0x10000, 0x40000);
    const std::vector<Range> resident{range_of(0x12000, 0x13000), range_of(0x1e000, 0x20000),
                                      range_of(0x3e000, 0x40000)};
    CHECK(split_stacks(area, {Address{0x1e800}, Address{0x3f000}}, resident) ==
          std::vector<Range>{range_of(0x10000, 0x20000), range_of(0x20000, 0x40000)});
    CHECK(split_stacks(area, {Address{0x3f000}}, resident) == std::vector<Range>{area});
    CHECK(split_stacks(area, {}, resident) == std::vector<Range>{area});
    // Not resident at the pointer, or in one run with the next: nothing shows the border.
    CHECK(split_stacks(area, {Address{0x1d000}, Address{0x3f000}}, resident) == std::vector<Range>{area});
    CHECK(split_stacks(area, {Address{0x3e000}, Address{0x3f000}}, resident) == std::vector<Range>{area});
    CHECK(split_stacks(area, {Address{0x1e800}, Address{0x3f000}}, {}) == std::vector<Range>{area});
}

TEST_CASE("stack pointers are those of all tasks, ascending, and those of a range") {
    ProcessView view;
    CHECK(stack_pointers(view).empty());
    view.tasks.emplace();
    for (const std::uint64_t pointer : {0x3000U, 0x1000U, 0x2000U}) {
        Task task;
        task.stack_pointer = Address{pointer};
        view.tasks->push_back(task);
    }
    view.tasks->emplace_back();
    const auto all = stack_pointers(view);
    CHECK(all == std::vector<Address>{{0x1000}, {0x2000}, {0x3000}});
    CHECK(pointers_in(all, range_of(0x1000, 0x3000)) == std::vector<Address>{{0x1000}, {0x2000}});
}
