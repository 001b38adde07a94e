// One process whose conditions are watched: what is looked at between two samples, and the news that it waits
// for.
#pragma once

#include <poll.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "change/series.h"
#include "evidence/capture.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"
#include "platform/triggers/memory_gauge.h"
#include "triggers/kill_count.h"
#include "triggers/process_triggers.h"

namespace nmtx {

// What was last collected of a process.
struct LastSnapshot {
    std::shared_ptr<const Capture> capture;
    std::uint64_t taken_ns = 0;  // monotonic_ns()
};

class WatchedProcess {
  public:
    // Fails where the process has ended or another one has its pid.
    static Expected<std::unique_ptr<WatchedProcess>> open(std::uint64_t pid, std::uint64_t start_ticks,
                                                          const std::vector<Condition>& conditions);

    // What poll() is to wait for, and until when.
    void append_waits(std::vector<pollfd>& waits);
    [[nodiscard]] std::uint64_t next_look_ns() const { return next_look_ns_; }
    // After poll(): looks if it is time, or there was news. What has been met.
    std::vector<Fired> look(const std::vector<pollfd>& waits);
    // The figures of a sample.
    std::vector<Fired> sampled(const Sample& sample);

    // The evidence for which a condition was met is there.
    void evidence_taken();

    [[nodiscard]] std::uint64_t pid() const { return files_.pid(); }
    [[nodiscard]] std::uint64_t start_ticks() const { return files_.start_ticks(); }
    [[nodiscard]] bool ended() const { return ended_; }
    // Why a condition cannot be watched; nothing where all can.
    [[nodiscard]] const std::optional<Error>& unwatched() const { return unwatched_; }

    LastSnapshot last;  // of its last sample

  private:
    WatchedProcess(ProcessFiles files, const std::vector<Condition>& conditions)
        : files_(std::move(files)), triggers_(conditions) {}

    void look_at_usage(std::vector<Fired>& fired);
    void look_at_rss(std::vector<Fired>& fired);
    void look_for_shutdown(std::vector<Fired>& fired);
    void look_again_after(Bytes headroom);
    void look_for_end(std::vector<Fired>& fired);
    [[nodiscard]] bool waits_for_gauge() const;

    ProcessFiles files_;
    ProcessTriggers triggers_;
    Descriptor process_;  // a pidfd, readable when it has ended; none before Linux 5.3
    std::optional<MemoryGauge> gauge_;
    std::optional<Error> unwatched_;
    KillCount kills_;
    std::map<std::string, int> tasks_;  // how often the name of each was read
    std::size_t first_wait_ = 0, waits_ = 0;
    std::uint64_t next_look_ns_ = 0;
    bool ended_ = false;
};

}  // namespace nmtx
