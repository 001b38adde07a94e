// A JVM that `nmtx serve` samples, and what is known of it.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "metrics/host_figures.h"
#include "platform/sampling/sampled_processes.h"
#include "process/jvm_summary.h"

namespace nmtx {

// Where the thread that samples leaves what it found. The loop looks only while the process is not busy.
struct SampleBox {
    std::shared_ptr<const JvmFigures> figures;
    std::set<std::string> shown;  // owners, in the figures that are shown
    bool had_full = false;
    // Concludes what a report would, and keeps the figures of it.
    void take(const Moment& moment, Depth depth);
};

struct ServedJvm {
    std::shared_ptr<SampledProcess> process;
    JvmSummary jvm;
    std::shared_ptr<SampleBox> box = std::make_shared<SampleBox>();
    JvmState state;
    bool placed = false;         // it has its index: from the first sample on, which knows the labels best
    std::uint64_t begun_ns = 0;  // the last sample; 0: none so far
    unsigned failures = 0;       // in a row

    // When it is due again: not before `every_ns` after the last sample began, and later where that failed.
    [[nodiscard]] std::uint64_t due_ns(std::uint64_t every_ns) const;
};

}  // namespace nmtx
