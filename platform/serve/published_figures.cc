#include "platform/serve/published_figures.h"

#include <utility>

#include "platform/os/clock.h"

namespace nmtx {
namespace {

constexpr std::int64_t fresh_ms = 1000;
constexpr std::int64_t dead_after_ms = 30'000;

}  // namespace

void PublishedFigures::publish(std::shared_ptr<const HostFigures> figures) {
    const std::lock_guard lock(mutex_);
    figures_ = std::move(figures);
}

std::shared_ptr<const HostFigures> PublishedFigures::figures() {
    const std::lock_guard lock(mutex_);
    return figures_;
}

std::shared_ptr<const std::string> PublishedFigures::text(Exposition format) {
    const std::lock_guard lock(mutex_);
    Made& made = made_.at(static_cast<std::size_t>(format));
    const std::int64_t now_ms = boot_ms();
    if (!made.text || now_ms - made.at_ms >= fresh_ms) {
        made.text = std::make_shared<const std::string>(exposition_of(*figures_, now_ms, format));
        made.at_ms = now_ms;
    }
    return made.text;
}

void PublishedFigures::beat() {
    const std::lock_guard lock(mutex_);
    beat_ms_ = boot_ms();
}

bool PublishedFigures::alive() {
    const std::lock_guard lock(mutex_);
    return boot_ms() - beat_ms_ < dead_after_ms;
}

}  // namespace nmtx
