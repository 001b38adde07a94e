// What part of a time a thread wants a processor: in a window, and before it, when it has no probes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "platform/probes/probe_window.h"
#include "platform/proc/process_files.h"
#include "platform/profile/thread_clock.h"

namespace nmtx {

class BusyThreads {
  public:
    // `process` must outlive it.
    explicit BusyThreads(const ProcessFiles& process) : process_(process) {}

    const KnownThread& known(pid_t tid);
    // Threads that are to be probed later.
    void expect(const std::vector<ChosenThread>& threads);
    // A window has begun.
    void begin(const ProbeWindow& window);
    // By the window's threads. The part of the window; where that is not known, at least so much.
    [[nodiscard]] double share(const ProbeWindow& window, std::size_t thread);
    // The part of the time before.
    [[nodiscard]] std::optional<double> before(std::size_t thread) const { return before_[thread]; }

  private:
    // The time in which it had a processor or waited for one.
    std::optional<std::uint64_t> wanted_ns(pid_t tid);
    [[nodiscard]] std::optional<double> since_seen(pid_t tid, std::optional<std::uint64_t> wanted) const;

    const ProcessFiles& process_;
    std::unordered_map<pid_t, std::unique_ptr<KnownThread>> threads_;
    std::vector<std::optional<std::uint64_t>> wanted_before_;  // when the window began
    std::vector<std::optional<double>> before_;
    struct LastSeen {
        std::uint64_t at_ns = 0, wanted_ns = 0;
    };
    std::unordered_map<pid_t, LastSeen> last_seen_;  // without probes
};

}  // namespace nmtx
