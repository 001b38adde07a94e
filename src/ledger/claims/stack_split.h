// Separates stacks in one mapping. glibc 2.42 and later guards a stack with MADV_GUARD_INSTALL (Linux 6.13),
// which does not split the mapping, so the kernel merges neighbours:
//
//   [ guard …………… ][sp₁ in use ][ guard …………… ][sp₂ in use ]
//                              ↑ the resident pages from sp₁ on end at the top of its stack: a guard has none
#pragma once

#include <optional>
#include <vector>

#include "base/address.h"
#include "process/process_view.h"

namespace nmtx {

// Parts of `area`, ascending and covering it: cut at the top of the stack of each of `pointers` except the
// last, where `resident` (ascending runs inside the area) shows it. Pointers ascend.
std::vector<Range> split_stacks(Range area, const std::vector<Address>& pointers,
                                const std::vector<Range>& resident);

// The stacks in `area`, ascending and covering it: from the C library's thread records if there are any,
// else as above.
std::vector<Range> stacks_in(const ProcessView& view, Range area, const std::vector<Address>& pointers,
                             const std::vector<Range>& resident);

// From the kernel, or where the thread was stopped; nothing for a running thread.
std::optional<Address> stack_pointer_of(const ProcessView& view, const Task& task);
// The stack pointers of tasks, ascending.
std::vector<Address> stack_pointers(const ProcessView& view);
// Those within the range.
std::vector<Address> pointers_in(const std::vector<Address>& ascending, Range range);

}  // namespace nmtx
