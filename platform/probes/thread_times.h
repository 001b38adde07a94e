// What the threads of a process have had of the processors, from one look to the next: who allocates needs
// one. And how much of it those had that no probe ever was in.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "platform/profile/thread_clock.h"

namespace nmtx {

// Nanoseconds on a processor, by thread.
using ThreadNs = std::unordered_map<pid_t, double>;

class ThreadTimes {
  public:
    // Both must outlive it.
    ThreadTimes(const ProcessFiles& process, std::mt19937_64& random) : process_(process), random_(random) {}

    // `all`: ascending. Of more than `most_followed` threads, a random choice of that many is followed.
    void look(std::span<const pid_t> all);
    // Since the look before; of those that are followed.
    [[nodiscard]] const ThreadNs& since_last() const { return since_last_; }

    // Of that, the part of others than these.
    [[nodiscard]] double part_without(std::span<const pid_t> threads) const;

    // From now on HotSpot's own threads have no time: compilers, collectors, the VM's.
    void leave_out_jvm(bool is_jvm) { without_jvm_ = is_jvm; }

    void note_probe(pid_t tid) { probed_.insert(tid); }
    [[nodiscard]] std::size_t probed() const { return probed_.size(); }
    // Of the time that all have had so far, the part of those that never had a probe.
    [[nodiscard]] double part_without_probe() const;

    static constexpr std::size_t most_followed = 512;

  private:
    struct Followed {
        KnownThread thread;
        std::uint64_t run_ns = 0;  // by its clock
    };
    void follow(pid_t tid);

    const ProcessFiles& process_;
    std::mt19937_64& random_;
    std::map<pid_t, Followed> followed_;
    ThreadNs since_last_, so_far_;
    std::unordered_set<pid_t> probed_;
    bool without_jvm_ = false;
};

}  // namespace nmtx
