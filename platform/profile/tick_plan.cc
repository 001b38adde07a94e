#include "platform/profile/tick_plan.h"

#include <algorithm>

namespace nmtx {

TickPlan::TickPlan(std::uint64_t begin, std::uint64_t period, std::uint64_t ticks, std::uint64_t seed)
    : begin_(begin), period_(period), ticks_(ticks), random_(seed) {
    place();
}

void TickPlan::place() {
    next_ =
        begin_ + number_ * period_ + std::uniform_int_distribution<std::uint64_t>(0, period_ - 1)(random_);
}

std::uint64_t TickPlan::advance(std::uint64_t now) {
    ++number_;
    std::uint64_t skipped = 0;
    const std::uint64_t period_now = now < begin_ ? 0 : (now - begin_) / period_;
    if (period_now > number_) {
        skipped = std::min(period_now, ticks_) - std::min(number_, ticks_);
        number_ += skipped;
    }
    place();
    return skipped;
}

}  // namespace nmtx
