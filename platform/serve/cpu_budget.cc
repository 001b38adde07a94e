#include "platform/serve/cpu_budget.h"

#include <algorithm>

namespace nmtx {
namespace {

constexpr double saved_for_ms = 15 * 60 * 1000;
constexpr double ns_in_one_ms = 1e6;
constexpr double part_of_known = 0.5;

}  // namespace

CpuBudget::CpuBudget(double share, std::uint64_t now_ns)
    : share_(share), saved_ms_(saved_for_ms * share), settled_ns_(now_ns) {}

double CpuBudget::most_saved_ms() const {
    return slowdown_ > 1 ? 0 : saved_for_ms * share_;
}

double CpuBudget::granted_since(std::uint64_t now_ns) const {
    const double passed_ms =
        now_ns > settled_ns_ ? static_cast<double>(now_ns - settled_ns_) / ns_in_one_ms : 0;
    return passed_ms * share_ / slowdown_;
}

double CpuBudget::saved_at(std::uint64_t now_ns) const {
    return std::min(saved_ms_ + granted_since(now_ns), most_saved_ms());
}

double CpuBudget::known_saved_at(std::uint64_t now_ns) const {
    return std::min(known_saved_ms_ + granted_since(now_ns) * part_of_known, 0.0);
}

void CpuBudget::settle(std::uint64_t now_ns) {
    const double saved = saved_at(now_ns);
    known_saved_ms_ = known_saved_at(now_ns);
    saved_ms_ = saved;
    settled_ns_ = std::max(now_ns, settled_ns_);
}

void CpuBudget::spend(double cpu_ms, std::uint64_t now_ns, SpentOn what) {
    settle(now_ns);
    saved_ms_ -= std::max(cpu_ms, 0.0);
    if (what == SpentOn::known_jvms) known_saved_ms_ -= std::max(cpu_ms, 0.0);
}

std::uint64_t CpuBudget::ready_at(std::uint64_t now_ns) const {
    const double saved = saved_at(now_ns), known = known_saved_at(now_ns);
    if (saved >= 0 || known >= 0) return now_ns;
    const double wait_ms = std::min(-saved, -known / part_of_known) / share_ * slowdown_;
    return now_ns + static_cast<std::uint64_t>(wait_ms * ns_in_one_ms);
}

bool CpuBudget::may_owe(std::uint64_t now_ns) const {
    return saved_at(now_ns) > -saved_for_ms * share_;
}

void CpuBudget::slow_down(double factor, std::uint64_t now_ns) {
    settle(now_ns);
    slowdown_ = std::max(factor, 1.0);
    saved_ms_ = std::min(saved_ms_, most_saved_ms());
}

double slowdown_of(double cpu_percent, double memory_percent) {
    if (cpu_percent >= 60 || memory_percent >= 20) return 16;
    if (cpu_percent >= 30 || memory_percent >= 5) return 4;
    return 1;
}

}  // namespace nmtx
