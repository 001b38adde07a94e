// The bounds of thread stacks, from the records that the C library keeps. smaps does not show them: the
// kernel merges neighbours, a guard may have no mapping (MADV_GUARD_INSTALL, glibc 2.42 and later), and a
// thread can run on memory that is not its stack (goroutines, sigaltstack).
//
//   BEGIN [ guard │ never touched │ in use │ variables (TLS) │ struct pthread ] END
//
// The document "threads/stacks" is ours, plain text; addresses hexadecimal, ascending; tid in the target's
// own pid namespace, 0 for a stack that glibc keeps for a later thread, guard in bytes:
//   complete
//   stack 7f1c40000000-7f1c40101000 tid 4711 guard 4096
// "complete": the list of all threads was followed to its end; "partial" otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct StackBounds {
    Range range;  // the guard included
    std::uint64_t tid = 0;
    Bytes guard;
};

struct ThreadBounds {
    bool complete = false;
    std::vector<StackBounds> stacks;  // ascending, disjoint
    // Null where no stack is known at that address.
    [[nodiscard]] const StackBounds* at(Address address) const;
};

Expected<ThreadBounds> parse_thread_bounds(std::string_view text,
                                           std::string_view document = "thread stacks");
std::string format_thread_bounds(const ThreadBounds& bounds);

}  // namespace nmtx
