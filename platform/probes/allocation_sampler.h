// Samples the calls of a process's allocator, with their stacks, by uprobes: no agent, nothing stopped,
// nothing written but the kernel's breakpoints, which go with our descriptors.
//
//   price of a hit ─► rate, counted for a moment ─► window ─► pause ─► window …
//                                                     │ records          │ stacks unwound in a child
//                                                     └─► sampled by their bytes
//
// The child is forked before any probe is set, so that it does not keep one open.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "allocations/allocation_profile.h"
#include "allocations/live_blocks.h"
#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct AllocationOptions {
    std::chrono::milliseconds length{30'000};
    double budget = 0.02;    // of one core
    bool addresses = false;  // of the blocks: a second probe at each return
    bool frees = false;      // free is probed, too: how long blocks live; with addresses
    bool with_jvm = false;   // calls from libjvm.so, too
    // With addresses: asked after each window which of the blocks are free again.
    FreedNow freed_now;
    // Called after each window with the seconds since the start and the samples so far.
    std::function<void(double seconds, std::size_t samples)> progress;
};

// Ends early on SIGINT, SIGTERM and SIGHUP, with what there is, and where the process ends. Fails where
// probes cannot be had.
Expected<AllocationProfile> sample_allocations(const ProcessFiles& process, const AllocationOptions& options);

}  // namespace nmtx
