#include "platform/serve/served_jvm.h"

#include <algorithm>

#include "account/account.h"

namespace nmtx {
namespace {

constexpr std::uint64_t longest_pause_ns = 300'000'000'000;

}  // namespace

void SampleBox::take(const Moment& moment, Depth depth) {
    AccountOptions options;
    options.judge = depth == Depth::full;
    const Account account = account_of(moment, std::move(options));
    figures = std::make_shared<const JvmFigures>(figures_of(account, depth, shown));
    had_full = had_full || depth == Depth::full;
    if (depth == Depth::full || !had_full) shown = figures->shown;
}

std::uint64_t ServedJvm::due_ns(std::uint64_t every_ns) const {
    if (begun_ns == 0) return 0;
    const std::uint64_t pause = every_ns << std::min(failures, 10U);
    return begun_ns + std::min(pause, std::max(longest_pause_ns, every_ns));
}

}  // namespace nmtx
