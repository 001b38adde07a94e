#include "findings/figures/growth.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/printable.h"
#include "findings/wording.h"

namespace nmtx {
namespace {

double rate_of(const OwnerTrend& trend) {
    return trend.shape.slope ? trend.shape.slope->per_second : 0;
}

Bytes bytes_of(double value) {
    constexpr double most = 1e18;
    return Bytes(static_cast<std::uint64_t>(std::clamp(value, 0.0, most)));
}

}  // namespace

const OwnerTrend* trend_of_series(const RunTrend* history, const SeriesKey& key) {
    if (history == nullptr) return nullptr;
    for (const auto* rows : {&history->owners, &history->sums, &history->others}) {
        const auto found =
            std::find_if(rows->begin(), rows->end(), [&](const OwnerTrend& row) { return row.key == key; });
        if (found != rows->end()) return &*found;
    }
    return nullptr;
}

const OwnerTrend* fastest_leak(const RunTrend* history, std::initializer_list<SeriesKey> keys) {
    const OwnerTrend* fastest = nullptr;
    for (const SeriesKey& key : keys) {
        const OwnerTrend* const row = trend_of_series(history, key);
        if (row == nullptr || row->verdict != Verdict::leak) continue;
        if (fastest == nullptr || rate_of(*row) > rate_of(*fastest)) fastest = row;
    }
    return fastest;
}

Bytes growth_per_hour(const OwnerTrend& trend) {
    return bytes_of(rate_of(trend) * 3600);
}

std::string growth_sentence(const OwnerTrend& trend) {
    return fmt::format("Recorded: {} grew from {} to {} in {} ({}), {}/h.", printable(trend.name()),
                       human(bytes_of(trend.first)), human(bytes_of(trend.last)),
                       human_seconds(trend.shape.span_s), counted(trend.shape.points, "sample", "samples"),
                       human(growth_per_hour(trend)));
}

Confidence confidence_of_growth(const OwnerTrend& trend) {
    if (trend.shape.span_s < shortest_span_s) return Confidence::low;
    return trend.shape.span_s < recording_s ? Confidence::medium : Confidence::high;
}

}  // namespace nmtx
