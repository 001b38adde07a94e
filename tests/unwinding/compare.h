// Copies the threads of a process once and unwinds the copies with libunwind and with libdw.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace nmtx::test {

struct Comparison {
    std::size_t stacks = 0;
    std::size_t equal = 0;   // the same frames, and the same end
    std::size_t untold = 0;  // as far as there is unwind information; libdw has guessed from there on
    std::size_t frames = 0;
    std::chrono::nanoseconds libunwind{}, libdw{};
    std::vector<std::string> differences;  // "tid 12 at frame 3: libunwind 7f00…, libdw 7f01…"
};

// Of all its threads; those that cannot be copied are left out.
Comparison compare_unwinders(std::uint64_t pid);

}  // namespace nmtx::test
