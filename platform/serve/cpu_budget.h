// How much CPU time samples may take: a share of one core, saved up while none is taken. No clock: the caller
// says what time it is.
#pragma once

#include <cstdint>

namespace nmtx {

class CpuBudget {
  public:
    // `share`: of one core. What is not used is saved for a quarter of an hour, and that much is there at the
    // beginning, so that all JVMs soon have figures.
    CpuBudget(double share, std::uint64_t now_ns);

    void spend(double cpu_ms, std::uint64_t now_ns);
    // When the next sample may begin; `now_ns` or earlier: now.
    [[nodiscard]] std::uint64_t ready_at(std::uint64_t now_ns) const;
    // May the first sample of a JVM begin, even if others must wait? As much as is saved at the beginning may
    // be owed for those, so that a new JVM soon has figures on a busy host, too.
    [[nodiscard]] bool may_owe(std::uint64_t now_ns) const;
    // From now on only this part is granted: 1 all of it, 4 a quarter. Above 1 nothing is saved.
    void slow_down(double factor, std::uint64_t now_ns);

    [[nodiscard]] double share() const { return share_; }
    [[nodiscard]] double slowdown() const { return slowdown_; }

  private:
    void settle(std::uint64_t now_ns);
    [[nodiscard]] double most_saved_ms() const;
    [[nodiscard]] double saved_at(std::uint64_t now_ns) const;

    double share_;
    double slowdown_ = 1;
    double saved_ms_;  // negative: spent in advance
    std::uint64_t settled_ns_;
};

// By what factor samples are rarer under this pressure: tasks waiting for a CPU, and for memory, in percent
// of the last ten seconds.
double slowdown_of(double cpu_percent, double memory_percent);

}  // namespace nmtx
