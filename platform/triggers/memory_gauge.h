// How full a container is: its memory against the limit of each cgroup above it, and news from the kernel
// when it is time to look again.
#pragma once

#include <poll.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct GaugeReading {
    // Of the cgroup that is closest to its limit. Inactive page cache is not counted where all that is
    // charged is above the percentage to be announced.
    Bytes used, limit;
    // The least that any of the cgroups can still take until it is at the percentage that was asked about.
    Bytes headroom;
    bool charged_below = true;  // is all that is charged below the percentage to be announced, in each?
};

class MemoryGauge {
  public:
    // Fails where no cgroup of the process with a memory limit is visible. `percent`: of the limit, to be
    // announced.
    static Expected<MemoryGauge> open(const ProcessFiles& process, double percent);

    // Nothing where the cgroups are gone, or have no limit any more.
    [[nodiscard]] std::optional<GaugeReading> read(double percent) const;
    // How many processes of its cgroup the kernel has killed for want of memory.
    [[nodiscard]] std::optional<std::uint64_t> oom_kills() const;

    // What to wait for, and what to call when there was something. Where the kernel announces that usage
    // passes `percent` (version 1, as root), it need not be looked for.
    void append_waits(std::vector<pollfd>& waits) const;
    // Waits that ended in an error are dropped: the cgroup is gone.
    void take_news(const std::vector<pollfd>& waits, std::size_t first);
    [[nodiscard]] bool is_announced() const { return static_cast<bool>(threshold_); }

  private:
    MemoryGauge(int version, double percent) : version_(version), percent_(percent) {}
    [[nodiscard]] std::optional<GaugeReading> read_level(const Descriptor& directory, double percent) const;
    void ask_for_threshold();
    void ask_for_events();
    void ask_for_pressure();

    int version_;
    double percent_;
    std::vector<Descriptor> levels_;  // its own, and those above it
    Descriptor threshold_;            // version 1: an eventfd, readable when usage passes a threshold
    Descriptor events_;               // version 2: inotify of memory.events
    Descriptor pressure_;             // version 2: a PSI trigger
};

}  // namespace nmtx
