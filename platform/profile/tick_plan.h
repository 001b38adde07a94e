// When samples are taken: time is cut into periods, and each has one tick at a random place in it. So nothing
// that the target does regularly is met always or never, and the mean rate is what was asked for.
#pragma once

#include <cstdint>
#include <random>

namespace nmtx {

class TickPlan {
  public:
    // Nanoseconds of CLOCK_MONOTONIC.
    TickPlan(std::uint64_t begin, std::uint64_t period, std::uint64_t ticks, std::uint64_t seed);

    [[nodiscard]] bool over() const { return number_ >= ticks_; }
    [[nodiscard]] std::uint64_t next() const { return next_; }  // the time of the tick to come
    [[nodiscard]] std::uint64_t end() const { return begin_ + ticks_ * period_; }
    // Goes on to the next tick. If the periods of some have passed by `now`, those are skipped: how many.
    std::uint64_t advance(std::uint64_t now);

  private:
    void place();

    std::uint64_t begin_, period_, ticks_;
    std::uint64_t number_ = 0;
    std::uint64_t next_ = 0;
    std::mt19937_64 random_;
};

}  // namespace nmtx
