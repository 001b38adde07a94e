// How much an amount has grown within the last minutes or hours.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "base/bytes.h"

namespace nmtx {

class GrowthWindow {
  public:
    explicit GrowthWindow(std::chrono::milliseconds within) : within_ms_(within.count()) {}

    // Times ascend. At most 1024 points are kept, so the window is exact to a thousandth.
    void add(std::int64_t at_ms, Bytes amount);
    // The last amount minus the least one within the time; never negative.
    [[nodiscard]] Bytes growth() const;

  private:
    struct Least {
        std::int64_t slot = 0;
        std::int64_t at_ms = 0;  // of the last point in the slot
        Bytes amount;
    };
    std::int64_t within_ms_;
    std::deque<Least> least_;  // of each slot of time
    Bytes last_;
};

}  // namespace nmtx
