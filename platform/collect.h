// From a pid to a Capture: reads what the plan wants to know, in the order that costs the target least and
// drifts least.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "evidence/capture.h"
#include "evidence/plan.h"

namespace nmtx {

struct CollectOptions {
    std::uint64_t pid = 0;
    // When the process that is meant had started, in clock ticks since boot: another one that has the pid by
    // now is not read.
    std::optional<std::uint64_t> start_ticks;
    bool attach = true;
    std::chrono::milliseconds attach_timeout{10000};  // for all questions together
    Effort effort = Effort::standard;
    // The CPU time of the threads is measured over so long, and it is looked at in between what they do; 0:
    // since each began. Absent: threads are read for their stacks alone.
    std::optional<std::chrono::milliseconds> thread_interval;
    bool freeze = false;                  // stop the target's threads while its memory is copied
    std::optional<std::string> nmt_text;  // a report of NMT that someone else produced
    // Answers of this very process that were had before and hold on: they are not asked for again.
    std::vector<std::pair<std::string, std::string>> known_answers;  // document and text
    std::string nmtx_version;
    bool show_progress = false;  // of a walk that takes long, where standard error is a terminal
    std::stop_token stop;        // once it is requested, collect() fails as soon as it can
};

// Fails for what is not a process with user memory, for one whose status or smaps cannot be read, where it
// ended or was replaced while it was read, and where it was to be frozen and could not. Everything else that
// cannot be had is Missing in the capture.
Expected<Capture> collect(const CollectOptions& options, CapturePlan& plan);

}  // namespace nmtx
