#include "ledger/claims/stack_split.h"

#include <algorithm>

namespace nmtx {

std::vector<Range> split_stacks(Range area, const std::vector<Address>& pointers,
                                const std::vector<Range>& resident) {
    std::vector<Range> parts;
    Address begin = area.begin;
    for (std::size_t i = 0; i + 1 < pointers.size(); ++i) {
        const auto run = std::lower_bound(resident.begin(), resident.end(), pointers[i],
                                          [](const Range& r, Address pointer) { return r.end <= pointer; });
        if (run == resident.end() || !run->contains(pointers[i]) || run->end >= pointers[i + 1]) continue;
        parts.push_back({begin, run->end});
        begin = run->end;
    }
    if (begin < area.end) parts.push_back({begin, area.end});
    return parts;
}

std::vector<Range> stacks_in(const ProcessView& view, Range area, const std::vector<Address>& pointers,
                             const std::vector<Range>& resident) {
    if (!view.thread_bounds) {
        return pointers.size() > 1 ? split_stacks(area, pointers, resident) : std::vector<Range>{area};
    }
    const auto& stacks = view.thread_bounds->stacks;
    auto stack = std::upper_bound(stacks.begin(), stacks.end(), area.begin,
                                  [](Address a, const StackBounds& s) { return a < s.range.begin; });
    std::vector<Range> parts;
    Address begin = area.begin;
    for (; stack != stacks.end() && stack->range.begin < area.end; ++stack) {
        parts.push_back({begin, stack->range.begin});
        begin = stack->range.begin;
    }
    parts.push_back({begin, area.end});
    return parts;
}

std::optional<Address> stack_pointer_of(const ProcessView& view, const Task& task) {
    if (task.stack_pointer || !view.native_stacks) return task.stack_pointer;
    const NativeStack* const native = view.native_stacks->find(task.tid);
    return native != nullptr ? std::optional(native->stack_pointer) : std::nullopt;
}

std::vector<Address> stack_pointers(const ProcessView& view) {
    std::vector<Address> pointers;
    if (view.tasks) {
        for (const Task& task : *view.tasks) {
            if (const auto pointer = stack_pointer_of(view, task)) pointers.push_back(*pointer);
        }
    }
    std::sort(pointers.begin(), pointers.end());
    return pointers;
}

std::vector<Address> pointers_in(const std::vector<Address>& ascending, Range range) {
    const auto first = std::lower_bound(ascending.begin(), ascending.end(), range.begin);
    const auto last = std::lower_bound(first, ascending.end(), range.end);
    return {first, last};
}

}  // namespace nmtx
