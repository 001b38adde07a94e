// The loop of `nmtx record`: a sample of each process on every tick, stored at once, until it ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/record/record_writer.h"
#include "platform/sampling/sampler.h"

namespace nmtx {

struct RecordOptions {
    bool all = false;       // every JVM of the host, including later ones
    std::uint64_t pid = 0;  // otherwise
    std::chrono::milliseconds every{10000};
    std::optional<std::chrono::milliseconds> length;  // absent: until it is interrupted
    // How long to wait for a restart of the same command after the process has ended.
    std::chrono::milliseconds wait{60000};
    std::string output;
    SamplerOptions sampler;  // without a pid
};

struct RecordState {
    WrittenState written;
    std::uint64_t taken = 0;      // samples
    std::uint64_t missed = 0;     // ticks at which a process could not be read
    std::uint64_t processes = 0;  // currently recorded
    bool waiting = false;         // for a restart of the command
    Bytes rss_at_first, rss;      // of the last run that was sampled, and at its first sample
    double elapsed_s = 0;
    double cpu_ms = 0;     // of nmtx, for all samples
    double attach_ms = 0;  // waiting for the JVMs
    std::int64_t file_bytes = 0;
    std::string last_error;  // why a sample was missed
    std::string end;         // why it ended
    std::string trouble;     // why samples wait, or are lost at the end
    // A thread is stuck in the kernel: the process must end with _exit().
    bool stuck = false;
};

// Called after every tick.
class RecordWatcher {
  public:
    virtual ~RecordWatcher() = default;
    virtual void sampled(const RecordState& state) = 0;
    // Problems with the file, and their end: one line, immediately.
    virtual void say(const std::string& line) = 0;
};

// Fails where the first sample cannot be taken, or the file cannot be created. After that it continues:
// samples that cannot be written wait. SIGINT, SIGTERM and SIGHUP end it cleanly, within two seconds.
Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher);

}  // namespace nmtx
