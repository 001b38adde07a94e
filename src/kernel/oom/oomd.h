// systemd-oomd's log line for a kill. It watches cgroups from user space and kills before the kernel does,
// so no kernel limit is hit. Source: systemd src/oom/oomd-manager.c.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace nmtx {

struct OomdKill {
    std::string_view cgroup;  // what was killed
    std::string_view
        watched;  // the cgroup whose pressure was too high; empty where memory and swap were used up
    std::string_view pressure, pressure_limit, duration;  // "62.93%", "50.00%", "20s"
    std::optional<Bytes> memory_used, memory_total, swap_used, swap_total;
};

// "Killed /user.slice/app.scope due to memory pressure for /user.slice being 62.93% > 50.00% for > 20s with
// reclaim activity", "… due to memory used (8123456789) / total (8334567890) and swap used (1000000000) /
// total (1073741820) being more than 90.00%"; nothing for any other line.
std::optional<OomdKill> read_oomd_kill(std::string_view line);

}  // namespace nmtx
