#include <fmt/format.h>

#include <cmath>

#include "base/amounts.h"
#include "change/trend_verdict.h"
#include "report/style/csv.h"
#include "report/style/json_values.h"
#include "report/trend/trend_report.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

std::int64_t whole(double value) {
    constexpr double most = 9e15;
    return std::isfinite(value) ? std::llround(std::min(std::max(value, -most), most)) : 0;
}

// Of bytes or of numbers, as the unit says.
json owner_json(const OwnerTrend& owner) {
    const Shape& shape = owner.shape;
    json out;
    out["owner"] = printable(owner.name());
    out["unit"] = owner.unit == Unit::count ? "count" : "bytes";
    out["verdict"] = name_of(owner.verdict);
    out["first"] = whole(owner.first);
    out["last"] = whole(owner.last);
    out["per_hour"] = shape.slope ? json(whole(shape.slope->per_second * seconds_an_hour)) : json(nullptr);
    out["per_hour_low"] = shape.slope ? json(whole(shape.slope->low * seconds_an_hour)) : json(nullptr);
    out["per_hour_high"] = shape.slope ? json(whole(shape.slope->high * seconds_an_hour)) : json(nullptr);
    out["growth"] = whole(shape.growth);
    out["share_of_growth"] = owner.of_growth ? json(*owner.of_growth) : json(nullptr);
    out["evidence"] = {{"samples", shape.points},
                       {"span_seconds", shape.span_s},
                       {"last_half_alone", shape.last_half},
                       {"early_per_hour", whole(shape.early * seconds_an_hour)},
                       {"late_per_hour", whole(shape.late * seconds_an_hour)},
                       {"rising_steps_of_5", shape.rising},
                       {"largest_step_share", shape.stroke},
                       {"noise", shape.slope ? json(whole(shape.slope->noise)) : json(nullptr)},
                       {"swing", whole(shape.swing)},
                       {"crossings", shape.crossings},
                       {"correlation_with_java_heap", owner.follows_heap}};
    out["sparkline"] = json::array();
    for (const double value : owner.spark) out["sparkline"].push_back(whole(value));
    return out;
}

json owners_json(const std::vector<OwnerTrend>& owners) {
    json out = json::array();
    for (const OwnerTrend& owner : owners) out.push_back(owner_json(owner));
    return out;
}

json limit_json(const std::optional<LimitForecast>& limit) {
    if (!limit) return nullptr;
    return {{"of", limit->cgroup ? "cgroup" : "host"},
            {"limit_bytes", limit->limit.value()},
            {"used_bytes", limit->used.value()},
            {"seconds_left", json_or_null(limit->seconds, [](double s) { return s; })}};
}

// The recorder could not write then.
json gaps_json(const std::vector<RecordedGap>& gaps) {
    json out = json::array();
    for (const RecordedGap& gap : gaps) {
        out.push_back({{"from_unix_ms", gap.from_ms},
                       {"to_unix_ms", gap.to_ms},
                       {"samples_written_later", gap.waited},
                       {"samples_lost", gap.lost},
                       {"reason", text_or_null(gap.reason)}});
    }
    return out;
}

json run_json(const RunTrend& run) {
    json out;
    out["run"] = run.run.id;
    out["pid"] = run.run.pid;
    out["command"] = text_or_null(run.run.command);
    out["java_version"] = text_or_null(run.run.java);
    out["gc"] = text_or_null(run.run.gc);
    out["nmt_level"] = text_or_null(run.run.nmt_level);
    out["end"] = text_or_null(run.run.end);
    out["samples"] = run.samples;
    out["full_samples"] = run.full;
    out["left_out_as_warm_up"] = run.left_out;
    out["from_unix_ms"] = run.from_wall_ms;
    out["to_unix_ms"] = run.to_wall_ms;
    out["span_seconds"] = run.span_s;
    out["longest_gap_seconds"] = run.longest_gap_s;
    out["gaps"] = gaps_json(run.gaps);
    out["owners_of"] = run.depth == Depth::full ? "full samples" : "light samples";
    const RunConclusion conclusion = conclusion_of(run);
    out["verdict"] = name_of(conclusion.verdict);
    json why = json::array();
    for (const std::string& sentence : conclusion.why) why.push_back(printable(sentence));
    out["undecided"] = {{"why", std::move(why)},
                        {"grows", conclusion.grows},
                        {"missing_seconds", json_or_null(conclusion.missing_s, [](double s) { return s; })}};
    out["leak"] = run.leaks();
    out["rss"] = run.samples > 0 ? owner_json(run.rss) : json(nullptr);
    out["owners"] = owners_json(run.owners);
    out["sums"] = owners_json(run.sums);
    out["others"] = owners_json(run.others);
    out["rows_left_out"] = run.rows_left_out;
    out["limit"] = limit_json(run.limit);
    out["mean_cost"] = {{"cpu_ms", run.mean_cost.cpu_ms},
                        {"attach_ms", run.mean_cost.attach_ms},
                        {"wall_ms", run.mean_cost.wall_ms}};
    return out;
}

std::string csv_row(const RunTrend& run, const char* kind, const OwnerTrend& owner) {
    const auto& slope = owner.shape.slope;
    const auto hourly = [&](double rate) {
        return slope ? std::to_string(whole(rate * seconds_an_hour)) : "";
    };
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", run.run.id, run.run.pid, kind,
                       csv_field(printable(owner.name())), owner.unit == Unit::count ? "count" : "bytes",
                       name_of(owner.verdict), whole(owner.first), whole(owner.last),
                       slope ? hourly(slope->per_second) : "", slope ? hourly(slope->low) : "",
                       slope ? hourly(slope->high) : "", whole(owner.shape.growth),
                       owner.of_growth ? decimals(*owner.of_growth, 4) : "");
}

}  // namespace

std::string json_trend(const Trend& trend) {
    json out;
    out["schema"] = json_schema_version;
    out["leak"] = trend.leaks();
    out["runs"] = json::array();
    for (const RunTrend& run : trend.runs) out["runs"].push_back(run_json(run));
    out["runs_without_samples"] = trend.earlier_runs;
    out["runs_left_out"] = trend.runs_left_out;
    out["leaking_runs_left_out"] = trend.leaks_left_out;
    return out.dump(2) + "\n";
}

std::string csv_trend(const Trend& trend) {
    std::string out =
        "run,pid,kind,owner,unit,verdict,first,last,per_hour,per_hour_low,per_hour_high,growth,share_of_"
        "growth\n";
    for (const RunTrend& run : trend.runs) {
        if (run.samples == 0) continue;
        out += csv_row(run, "rss", run.rss);
        for (const OwnerTrend& owner : run.owners) out += csv_row(run, "owner", owner);
        for (const OwnerTrend& owner : run.sums) out += csv_row(run, "sum", owner);
        for (const OwnerTrend& owner : run.others) out += csv_row(run, "other", owner);
    }
    return out;
}

}  // namespace nmtx
