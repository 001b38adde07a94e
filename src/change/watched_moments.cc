#include "change/watched_moments.h"

#include <utility>

namespace nmtx {

bool jvm_answered(const ProcessView& view) {
    return view.vm != Vm::hotspot || view.version.has_value();
}

Expected<void> WatchedMoments::add(std::shared_ptr<const KeptMoment> kept) {
    const auto& start = start_ ? start_ : kept;
    const auto& last = now_ ? now_ : kept;
    const Moment now = moment_of(*kept);
    auto since_start = diff_moments(moment_of(*start), now);
    if (!since_start) return tl::make_unexpected(since_start.error());
    auto since_last = diff_moments(moment_of(*last), now);
    if (!since_last) return tl::make_unexpected(since_last.error());
    since_start_ = std::make_shared<const Diff>(std::move(*since_start));
    since_last_ = std::make_shared<const Diff>(std::move(*since_last));
    last_ = last;
    start_ = start;
    now_ = std::move(kept);
    return {};
}

WatchedChange WatchedMoments::change() const {
    return {moment_of(*start_), moment_of(*last_), moment_of(*now_), since_start_.get(), since_last_.get()};
}

}  // namespace nmtx
