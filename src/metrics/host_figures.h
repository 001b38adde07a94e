// The last figures of every JVM of a host, and of nmtx itself: what a scrape prints.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "metrics/jvm_figures.h"
#include "metrics/jvm_labels.h"

namespace nmtx {

// Figures of different samples: a light sample replaces the totals only.
struct JvmState {
    JvmLabels labels;
    std::size_t index = 0;
    std::optional<std::uint64_t> pid;  // only where it is wanted as a label
    std::uint64_t restarts = 0;
    bool up = false;
    std::shared_ptr<const JvmFigures> totals, owners;  // null before the first sample
    std::int64_t totals_ms = 0, owners_ms = 0;         // when these were taken, since boot
    std::map<std::string, double> questions;           // the last answer to each: seconds
    double answering_s = 0, sampling_cpu_s = 0;
    std::int64_t seen_wall_ms = 0;  // since when these two count, since 1970

    // Takes what this sample has: the owners of a light one only until there are those of a full one.
    void take(const std::shared_ptr<const JvmFigures>& figures, std::int64_t now_ms);
};

struct ExporterState {
    std::string version;
    std::string host_name;           // made by label_value()
    std::int64_t began_wall_ms = 0;  // since 1970
    std::uint64_t light_samples = 0, full_samples = 0, failed_samples = 0;
    double budget = 0;  // share of one core
    double slowdown = 1;
    double cpu_s = 0;
    std::optional<Bytes> resident;
};

struct HostFigures {
    std::vector<JvmState> jvms;
    std::size_t waiting_jvms = 0;  // for their first sample, which knows their labels
    ExporterState exporter;
};

}  // namespace nmtx
