// Unwinds the threads of running processes with libunwind, as nmtx does, and with libdw: are the stacks
// equal, and what does a frame cost?
//
//   bench_unwinders ROUNDS PID...
#include <fmt/format.h>

#include <cstdlib>

#include "unwinding/compare.h"

int main(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr, "usage: {} ROUNDS PID...\n", argv[0]);
        return 2;
    }
    nmtx::test::Comparison sum;
    for (long round = std::strtol(argv[1], nullptr, 10); round > 0; --round) {
        for (int i = 2; i < argc; ++i) {
            const auto one = nmtx::test::compare_unwinders(std::strtoull(argv[i], nullptr, 10));
            sum.stacks += one.stacks;
            sum.equal += one.equal;
            sum.untold += one.untold;
            sum.frames += one.frames;
            sum.libunwind += one.libunwind;
            sum.libdw += one.libdw;
            for (const std::string& difference : one.differences)
                fmt::print("pid {}: {}\n", argv[i], difference);
        }
    }
    const auto frames = static_cast<double>(sum.frames > 0 ? sum.frames : 1);
    const double ours = static_cast<double>(sum.libunwind.count()) / frames,
                 theirs = static_cast<double>(sum.libdw.count()) / frames;
    fmt::print(
        "{} stacks, {} equal, {} as far as unwind information goes, {} frames; {:.2f} us a frame by "
        "libunwind, {:.2f} by libdw, ratio {:.2f}\n",
        sum.stacks, sum.equal, sum.untold, sum.frames, ours / 1000, theirs / 1000,
        theirs > 0 ? ours / theirs : 0);
    return sum.stacks > 0 && sum.equal + sum.untold == sum.stacks ? 0 : 1;
}
