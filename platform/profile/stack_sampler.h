// Samples the stacks of a process's threads over a time: no agent in it, no safepoint, nothing written to it.
//
//   tick (random in its period) ─► clocks of all threads: which had a processor, which is runnable?
//        └─► these are asked to stop ─► each as it stops: registers, stack ─► runs on
//                                          └─► batches, unwound in a child meanwhile ─► Profile
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/error.h"
#include "platform/proc/process_files.h"
#include "profile/profile.h"

namespace nmtx {

struct SamplingOptions {
    ProfileMode mode = ProfileMode::cpu;
    double hz = 20;
    std::chrono::milliseconds length{10000};
    std::string match;  // POSIX extended regular expression that occurs in a thread's name; empty: all
    // Called about once a second with the seconds since the start and the samples so far.
    std::function<void(double seconds, std::uint64_t samples)> progress;
};

// Ends early on SIGINT, SIGTERM and SIGHUP, with what there is, and where the process ends. Fails where its
// threads may not be stopped.
Expected<Profile> sample_stacks(const ProcessFiles& process, const SamplingOptions& options);

}  // namespace nmtx
