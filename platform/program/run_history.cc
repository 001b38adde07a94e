// --record FILE.db with a report: the recorded history of the process.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "platform/program/run.h"
#include "platform/record/record_store.h"

namespace nmtx {

Expected<std::optional<Trend>> recorded_trend(const Command& command, const ProcessView& view,
                                              const std::function<void(RecordedSeries&)>& rewrite) {
    if (command.history.empty()) return std::optional<Trend>();
    const auto window = command.record.window;
    warn_if_incomplete(command.history);
    auto record = read_record(command.history, window ? window->count() : 0);
    if (!record) return tl::make_unexpected(record.error());
    TrendOptions options = trend_options(command);
    const bool named = options.run.has_value();
    for (RecordedSeries& series : *record) {
        if (rewrite) rewrite(series);
        if (!named && is_run_of(series.run, view.header)) options.run = series.run.id;
    }
    Trend trend = trend_of(*record, options);
    if (trend.runs.empty())
        return failure(printable(command.history), "no run of the recording has a sample there");
    return std::optional(std::move(trend));
}

Expected<std::optional<RunTrend>> recorded_history(const Command& command, const ProcessView& view) {
    auto trend = recorded_trend(command, view);
    if (!trend) return tl::make_unexpected(trend.error());
    if (!*trend) return std::optional<RunTrend>();
    RunTrend& last = (*trend)->runs.back();
    const std::string file = printable(command.history);
    if (!command.record.run && !is_run_of(last.run, view.header))
        return failure(file, fmt::format("has no run of process {}", view.header.pid),
                       fmt::format("list its runs with nmtx trend {}, and choose one with --run N", file));
    return std::optional(std::move(last));
}

}  // namespace nmtx
