// How much CPU time samples may take: a share of one core, saved up while none is taken. No clock: the caller
// says what time it is.
#pragma once

#include <cstdint>

namespace nmtx {

// What CPU time was for. JVMs that start and end all the time must not take what samples of the others need.
enum class SpentOn : std::uint8_t { known_jvms, new_jvms };

class CpuBudget {
  public:
    // `share`: of one core. What is not used is saved for a quarter of an hour, and that much is there at the
    // beginning, so that all JVMs soon have figures.
    CpuBudget(double share, std::uint64_t now_ns);

    void spend(double cpu_ms, std::uint64_t now_ns, SpentOn what = SpentOn::known_jvms);
    // When the next sample of a known JVM may begin; `now_ns` or earlier: now. However much is owed for new
    // ones, the others have half of the share.
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
    [[nodiscard]] double granted_since(std::uint64_t now_ns) const;
    [[nodiscard]] double saved_at(std::uint64_t now_ns) const;
    [[nodiscard]] double known_saved_at(std::uint64_t now_ns) const;

    double share_;
    double slowdown_ = 1;
    double saved_ms_;            // negative: spent in advance
    double known_saved_ms_ = 0;  // the same for known JVMs, of their half; never positive
    std::uint64_t settled_ns_;
};

// By what factor samples are rarer under this pressure: tasks waiting for a CPU, and for memory, in percent
// of the last ten seconds.
double slowdown_of(double cpu_percent, double memory_percent);

}  // namespace nmtx
