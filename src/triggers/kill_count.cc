#include "triggers/kill_count.h"

namespace nmtx {

void KillCount::look(std::optional<std::uint64_t> counter) {
    gone_ = !counter;
    if (counter) last_ = counter;
}

// Without a kill, a counter that is gone says nothing: the last one may have come after the last look.
std::string KillCount::how_it_ended() const {
    if (first_ && last_ > first_) return "the process ended after an OOM kill in its cgroup";
    if (!first_ || gone_) return "the process ended";
    return "the process ended without an OOM kill in its cgroup";
}

}  // namespace nmtx
