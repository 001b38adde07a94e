// The loop of `nmtx record`: a sample of each process on every tick, kept at once, until it is told to end.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/record_sampler.h"

namespace nmtx {

struct RecordOptions {
    bool all = false;       // every JVM of the host, those that start later too
    std::uint64_t pid = 0;  // otherwise
    std::chrono::milliseconds every{10000};
    std::optional<std::chrono::milliseconds> length;  // absent: until it is interrupted
    // How long to wait for the same command to be started again after the process has ended.
    std::chrono::milliseconds wait{60000};
    std::string output;
    SamplerOptions sampler;  // without a pid
};

struct RecordState {
    std::uint64_t samples = 0;
    std::uint64_t full = 0;    // of them
    std::uint64_t missed = 0;  // ticks at which a process could not be read
    std::uint64_t runs = 0;
    std::uint64_t processes = 0;  // that are recorded now
    bool waiting = false;         // for the command to be started again
    Bytes rss_at_first, rss;      // of the last run that was sampled; the first is that run's first
    double elapsed_s = 0;
    double cpu_ms = 0;     // of nmtx, for all samples
    double attach_ms = 0;  // of waiting for the JVMs
    std::int64_t file_bytes = 0;
    std::string last_error;  // why a sample was missed
    std::string end;         // why it is over
};

// Is told after every tick.
class RecordWatcher {
  public:
    virtual ~RecordWatcher() = default;
    virtual void sampled(const RecordState& state) = 0;
};

// Fails where the first sample cannot be taken or a sample cannot be kept: what was kept before is whole.
// SIGINT, SIGTERM and SIGHUP end it in order.
Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher);

}  // namespace nmtx
