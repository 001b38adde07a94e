#include "triggers/growth_window.h"

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::int64_t slots_in_window = 1024;

}  // namespace

void GrowthWindow::add(std::int64_t at_ms, Bytes amount) {
    const std::int64_t slot = at_ms / std::max<std::int64_t>(within_ms_ / slots_in_window, 1);
    while (!least_.empty() && at_ms - least_.front().at_ms > within_ms_) least_.pop_front();
    if (least_.empty() || least_.back().slot != slot) {
        least_.push_back({slot, at_ms, amount});
    } else {
        least_.back().at_ms = at_ms;
        least_.back().amount = std::min(least_.back().amount, amount);
    }
    last_ = amount;
}

Bytes GrowthWindow::growth() const {
    Bytes least = last_;
    for (const Least& slot : least_) least = std::min(least, slot.amount);
    return minus_or_zero(last_, least);
}

}  // namespace nmtx
