#include "platform/probes/map_watch.h"

#include <algorithm>
#include <utility>

namespace nmtx {
namespace {

constexpr std::size_t most_followed = 256, most_ranges = 65'536;

}  // namespace

void MapWatch::follow(std::span<const pid_t> threads) {
    std::erase_if(threads_, [threads](const auto& one) {
        return std::find(threads.begin(), threads.end(), one.first) == threads.end();
    });
    for (const pid_t tid : threads) {
        if (threads_.size() >= most_followed) return;
        if (threads_.contains(tid)) continue;
        int why = 0;
        Followed one{PerfProbe::of_mappings(tid, why), {}};
        if (!one.event || !one.ring.map(one.event, 1) || !one.event.enable()) continue;
        threads_.emplace(tid, std::move(one));
    }
}

std::uint64_t MapWatch::growth(Range range) {
    std::uint64_t before = 0;
    const auto look = [&](const std::unordered_map<std::uint64_t, Range>& known, std::uint64_t edge) {
        const auto found = known.find(edge);
        const bool smaller = found != known.end() && found->second.size() < range.size();
        if (smaller) before = std::max(before, found->second.size().value());
    };
    look(by_begin_, range.begin.value);
    look(by_end_, range.end.value);
    if (by_begin_.size() >= most_ranges) {
        by_begin_.clear();
        by_end_.clear();
    }
    by_begin_[range.begin.value] = by_end_[range.end.value] = range;
    return range.size().value() - before;
}

std::map<pid_t, MapWatch::Mapped> MapWatch::take() {
    std::map<pid_t, Mapped> found;
    for (auto& [tid, one] : threads_) {
        one.ring.take_mappings([&](const MappingRecord& record) {
            if (!record.anonymous || !record.usable) return;
            Mapped& mapped = found[record.tid];
            ++mapped.calls;
            mapped.bytes += growth(record.range);
        });
    }
    return found;
}

}  // namespace nmtx
