// The loop of `nmtx record`: a sample of each process on every tick, kept at once, until it is told to end.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/record/record_sampler.h"
#include "platform/record/record_writer.h"

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
    WrittenState written;
    std::uint64_t taken = 0;      // samples
    std::uint64_t missed = 0;     // ticks at which a process could not be read
    std::uint64_t processes = 0;  // that are recorded now
    bool waiting = false;         // for the command to be started again
    Bytes rss_at_first, rss;      // of the last run that was sampled; the first is that run's first
    double elapsed_s = 0;
    double cpu_ms = 0;     // of nmtx, for all samples
    double attach_ms = 0;  // of waiting for the JVMs
    std::int64_t file_bytes = 0;
    std::string last_error;  // why a sample was missed
    std::string end;         // why it is over
    std::string trouble;     // why samples wait, or are lost at the end
    // A thread could not be ended, since the kernel keeps it: the process must end by _exit().
    bool stuck = false;
};

// Is told after every tick.
class RecordWatcher {
  public:
    virtual ~RecordWatcher() = default;
    virtual void sampled(const RecordState& state) = 0;
    // What goes wrong with the file, and that it is over: one line, at once.
    virtual void say(const std::string& line) = 0;
};

// Fails where the first sample cannot be taken, or where there can be no such file. After that it goes on:
// samples that cannot be written wait. SIGINT, SIGTERM and SIGHUP end it in order, within two seconds.
Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher);

}  // namespace nmtx
