// The JVMs that a recording looks for: all on the host, or a restart of a command that ended.
#include <algorithm>

#include "platform/record/recording.h"

namespace nmtx {
namespace {

constexpr std::int64_t search_every_ms = 1000;  // for JVMs that have started

}  // namespace

void Recording::search() {
    if (processes_.searching() || boot_ms() - searched_ms_ < search_every_ms) return;
    if (!options_->all && !ended_) return;
    searched_ms_ = boot_ms();
    processes_.search(met_);
}

void Recording::searched(const Expected<std::vector<ListedJvm>>& jvms, double /*cpu_ms*/) {
    if (!jvms) {
        state_.last_error = to_string(jvms.error());
    } else if (options_->all) {
        found(*jvms);
    } else {
        found_again(*jvms);
    }
}

// A JVM that cannot be read is tried once: the reason does not go away.
void Recording::found(const std::vector<ListedJvm>& jvms) {
    for (const ListedJvm& jvm : jvms) {
        if (jvm.vm != Vm::hotspot || !met_.emplace(jvm.pid, jvm.start_ticks).second) continue;
        processes_.sample(processes_.start(jvm.pid));
    }
}

void Recording::found_again(const std::vector<ListedJvm>& jvms) {
    if (!ended_) return;
    const RecordedRun& old = ended_->run;
    // The end was noticed a tick after it at the latest.
    const double longest_life = static_cast<double>(monotonic_ns() - ended_at_) / 1e9 +
                                static_cast<double>(options_->every.count()) / 1e3 + 1;
    for (const ListedJvm& jvm : jvms) {
        const bool itself = jvm.pid == old.pid && jvm.start_ticks == old.start_ticks;
        if (itself || jvm.uid != ended_->uid || jvm.cmdline != ended_->cmdline) continue;
        if (jvm.uptime_s > longest_life) continue;  // it ran beside
        processes_.sample(processes_.start(jvm.pid));
        ended_.reset();
        return;
    }
}

// Before the loop waits. While a command is waited for, nothing is sampled, and the search need not wait for
// the grid.
std::uint64_t Recording::next_search() const {
    if (processes_.searching() || (!ended_ && !options_->all)) return UINT64_MAX;
    const std::int64_t left = std::max<std::int64_t>(searched_ms_ + search_every_ms - boot_ms(), 0);
    return monotonic_ns() + static_cast<std::uint64_t>(left) * ms_ns;
}

}  // namespace nmtx
