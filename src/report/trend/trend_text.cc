#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/amounts.h"
#include "base/printable.h"
#include "change/trend_verdict.h"
#include "hotspot/identity.h"
#include "ledger/owner_paths.h"
#include "report/style/sparkline.h"
#include "report/trend/trend_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_series = 14;
constexpr double mebibyte = 1 << 20;

bool is_count(const OwnerTrend& owner) {
    return owner.unit == Unit::count;
}

double scaled(const OwnerTrend& owner, double value) {
    return is_count(owner) ? value : value / mebibyte;
}

// "342.9", or "27" threads.
std::string amount(const OwnerTrend& owner, double value) {
    if (is_count(owner)) return fmt::format("{:.0f}", value);
    return in_mib(Bytes(static_cast<std::uint64_t>(std::max(value, 0.0))));
}

std::string with_sign(double value) {
    return signed_decimals(value, 1);
}

std::string rate(const OwnerTrend& owner) {
    if (!owner.shape.slope) return "-";
    return with_sign(scaled(owner, owner.shape.slope->per_second) * seconds_an_hour);
}

std::string interval(const OwnerTrend& owner) {
    if (!owner.shape.slope) return "-";
    return fmt::format("{} to {}", with_sign(scaled(owner, owner.shape.slope->low) * seconds_an_hour),
                       with_sign(scaled(owner, owner.shape.slope->high) * seconds_an_hour));
}

std::string share(const OwnerTrend& owner) {
    return owner.of_growth ? decimals(*owner.of_growth * 100, 0) + " %" : "";
}

std::string utc(std::int64_t wall_ms) {
    using namespace std::chrono;
    // Years that the calendar of the language has.
    constexpr std::int64_t least = -62'135'596'800'000, most = 253'402'300'799'000;
    const sys_seconds moment{floor<seconds>(milliseconds(std::clamp(wall_ms, least, most)))};
    const auto day = floor<days>(moment);
    const year_month_day date(day);
    const hh_mm_ss time(moment - day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string head(const RunTrend& run, const TextStyle& style) {
    const std::string dot = style.unicode ? " · " : ", ";
    std::string who = fmt::format("run {}{}pid {}", run.run.id, dot, run.run.pid);
    for (const std::string& part :
         {run.run.java.empty() ? "" : "JDK " + run.run.java + " " + collector_name(run.run.gc),
          run.run.nmt_level.empty() ? "" : "NMT " + run.run.nmt_level, run.run.command}) {
        if (!part.empty()) who += dot + part;
    }
    const std::string out = title(line(who, style), style);
    if (run.samples == 0)
        return out + paragraph(fmt::format("All {} samples fall into the warm-up: --warm-up 0 includes them.",
                                           run.left_out),
                               style);
    std::string what =
        fmt::format("{} to {} UTC: {}, {} sample{} ({} full)", utc(run.from_wall_ms), utc(run.to_wall_ms),
                    human_seconds(run.span_s), run.samples, run.samples == 1 ? "" : "s", run.full);
    if (run.left_out > 0) what += fmt::format("; {} earlier ones ignored as warm-up", run.left_out);
    return out + paragraph(what + ".", style);
}

std::string table_head(const TextStyle& style) {
    return line(fmt::format("{} {:>8} {:>8}  {:<18} {:>6}  {:<9}", padded("owner", 30), "MiB now", "MiB/h",
                            "95 % interval", "growth", "verdict"),
                style);
}

std::string row(const OwnerTrend& owner, const TextStyle& style) {
    return line(fmt::format("{} {:>8} {:>8}  {:<18} {:>6}  {:<9}  {}", padded(owner.name(), 30),
                            amount(owner, owner.last), rate(owner), interval(owner), share(owner),
                            name_of(owner.verdict), sparkline(owner.spark, style.unicode)),
                style);
}

bool worth_a_row(const OwnerTrend& owner) {
    const bool rises = owner.verdict == Verdict::undecided && owner.shape.points >= fewest_samples;
    return rises || (owner.verdict != Verdict::flat && owner.verdict != Verdict::undecided);
}

std::string rows_of(const std::vector<OwnerTrend>& owners, bool all, const TextStyle& style) {
    std::string out;
    std::size_t shown = 0;
    for (const OwnerTrend& owner : owners) {
        if (!all && (shown == most_series || (!worth_a_row(owner) && shown >= most_series / 2))) continue;
        out += row(owner, style);
        ++shown;
    }
    if (shown < owners.size()) out += line(fmt::format("  and {} more: --all", owners.size() - shown), style);
    return out;
}

// What the verdict rests on.
std::string evidence(const OwnerTrend& owner) {
    const Shape& shape = owner.shape;
    const double steadiness = shape.early > 0 ? shape.late / shape.early : 0;
    const std::string over = shape.last_half ? "in the last half of the window" : "over the window";
    const auto amount_of = [&](double value) {
        return is_count(owner) ? fmt::format("{:.0f}", value) : fmt::format("{:.1f} MiB", value / mebibyte);
    };
    switch (owner.verdict) {
        case Verdict::leak:
        case Verdict::retention:
            return fmt::format(
                "{} {} in {} samples; the late rate is {:.2f} of the early one; {} of 5 steps rise by their "
                "share; noise {}",
                with_sign(scaled(owner, shape.growth)) + (is_count(owner) ? "" : " MiB"), over, shape.points,
                steadiness, shape.rising, amount_of(shape.slope->noise));
        case Verdict::warm_up:
            return fmt::format("flattens: the late rate is {:.2f} of the early one", steadiness);
        case Verdict::periodic:
            return fmt::format("swings by {} and crosses its trend line {} times", amount_of(shape.swing),
                               shape.crossings);
        case Verdict::growing:
            return fmt::format("{} of 5 steps rise by their share; the late rate is {:.2f} of the early one",
                               shape.rising, steadiness);
        default:
            return {};
    }
}

std::string meaning(const OwnerTrend& owner) {
    switch (owner.verdict) {
        case Verdict::leak:
            return "leak: grows steadily and nothing bounds it";
        case Verdict::retention:
            return "retained by malloc after free: grows, and the memory in use does not";
        case Verdict::growing:
            if (may_be(owner.path(), owner_path::java_heap)) return "growing within -Xmx: take a heap dump";
            if (may_be(owner.path(), owner_path::code_cache))
                return "growing within -XX:ReservedCodeCacheSize: the JVM still compiles";
            return "growing, neither steadily enough for a leak nor flattening";
        default:
            return std::string(name_of(owner.verdict));
    }
}

// Memory with its own bound may grow.
Mark mark_of_owner(const OwnerTrend& owner) {
    if (owner.verdict == Verdict::leak) return Mark::problem;
    const bool bounded =
        may_be(owner.path(), owner_path::java_heap) || may_be(owner.path(), owner_path::code_cache);
    return owner.verdict == Verdict::growing && bounded ? Mark::note : Mark::warning;
}

void add_findings(const std::vector<OwnerTrend>& owners, bool leaks, const TextStyle& style,
                  std::string& out) {
    for (const OwnerTrend& owner : owners) {
        const bool told = owner.verdict == Verdict::leak || owner.verdict == Verdict::retention ||
                          owner.verdict == Verdict::growing;
        if (!told || (owner.verdict == Verdict::leak) != leaks) continue;
        const Mark mark = mark_of_owner(owner);
        out += marked(mark,
                      fmt::format("{}{} per hour: {}, {}", rate(owner), is_count(owner) ? "" : " MiB",
                                  printable(owner.name()), meaning(owner)),
                      leaks, style);
        const std::string heap =
            std::abs(owner.follows_heap) >= 0.8
                ? fmt::format("; follows the Java heap's use (rank correlation {:.2f})", owner.follows_heap)
                : "";
        out += paragraph_at(indent_below(mark, style), evidence(owner) + heap + ".", style, 2);
    }
}

Mark mark_of_run(const RunTrend& run) {
    switch (conclusion_of(run).verdict) {
        case RunVerdict::leak:
            return Mark::problem;
        case RunVerdict::no_leak:
            return Mark::ok;
        case RunVerdict::undecided:
            break;
    }
    return Mark::undecided;
}

// Without the word that its mark has.
std::string conclusion_text(const RunTrend& run) {
    const std::string text = run_verdict_text(run);
    constexpr std::string_view undecided = "Undecided: ";
    return text.starts_with(undecided) ? text.substr(undecided.size()) : text;
}

// The leaks, or else what the record comes to; then what else grows.
std::string verdicts(const RunTrend& run, const TextStyle& style) {
    std::string out;
    if (run.leaks()) {
        add_findings(run.owners, true, style, out);
        // A sum says nothing that its owners have not said; the table has it.
        if (out.empty()) add_findings(run.sums, true, style, out);
    } else {
        out = marked(mark_of_run(run), conclusion_text(run), true, style);
    }
    const std::size_t leaks = out.size();
    add_findings(run.owners, false, style, out);
    if (out.size() == leaks) add_findings(run.sums, false, style, out);
    return out;
}

// By RSS's rate, uncertain while undecided. No record has what other processes use of the host.
std::string limit_line(const RunTrend& run, const TextStyle& style) {
    if (!run.limit) return {};
    const LimitForecast& limit = *run.limit;
    std::string when = "not getting nearer";
    if (limit.seconds)
        when = fmt::format(
            "reached in {} at this rate, {}", human_seconds(*limit.seconds),
            limit.cgroup ? "if nothing else in the cgroup grows" : "sooner if other processes need memory");
    else if (conclusion_of(run).verdict == RunVerdict::undecided)
        when = "rate undecided";
    const std::string used = human(limit.used), whole = human(limit.limit);
    const std::string amounts = limit.cgroup ? fmt::format("{} of {} cgroup limit in use", used, whole)
                                             : fmt::format("RSS is {} of {} host memory", used, whole);
    return paragraph(fmt::format("{}: {}.", amounts, when), style);
}

std::string notes(const RunTrend& run, const TextStyle& style) {
    std::string out;
    if (run.depth == Depth::light && run.samples > 0)
        out += paragraph(
            "No malloc detail in this recording (light samples only): malloc in use and freed, and areas "
            "inside HotSpot's reservations, are not separated. For them: nmtx record --walk-every",
            style);
    if (run.samples > 0)
        out += line(fmt::format("Cost per sample: nmtx {:.1f} ms CPU, JVM {:.1f} ms.", run.mean_cost.cpu_ms,
                                run.mean_cost.attach_ms),
                    style);
    for (const RecordedGap& gap : run.gaps)
        out += paragraph(
            fmt::format(
                "From {} to {} UTC the recording could not be written: {}. {} and written later, {} lost.",
                utc(gap.from_ms), utc(gap.to_ms), printable(gap.reason),
                gap.waited == 1 ? "1 sample was taken" : fmt::format("{} samples were taken", gap.waited),
                gap.lost),
            style);
    if (!run.run.end.empty()) out += line(fmt::format("Recording ended: {}.", run.run.end), style);
    return out;
}

std::string run_text(const RunTrend& run, const ReportOptions& options, const TextStyle& style) {
    std::string out = head(run, style);
    if (run.samples == 0) return out + "\n" + verdicts(run, style);
    out += "\n" + verdicts(run, style) + limit_line(run, style);
    out += "\n" + table_head(style) + row(run.rss, style);
    out += rows_of(run.owners, options.all, style);
    if (run.rows_left_out > 0)
        out += line(fmt::format("  and {} more rows, left out of this very large recording",
                                grouped(run.rows_left_out)),
                    style);
    if (!run.sums.empty()) out += "\n" + rows_of(run.sums, true, style);
    std::vector<OwnerTrend> others;
    for (const OwnerTrend& other : run.others) {
        if (options.all || other.key.series != Series::nmt_category_committed) others.push_back(other);
    }
    out += rows_of(others, true, style);
    return out + "\n" + notes(run, style);
}

std::string runs_not_shown(const Trend& trend, const TextStyle& style) {
    if (trend.runs_left_out == 0) return "";
    return paragraph(
        fmt::format("{} more runs between the first {} and the last {} are not shown; {} of these leak. To "
                    "see one: --run N",
                    grouped(trend.runs_left_out), trend.runs.size() / 2, trend.runs.size() / 2,
                    trend.leaks_left_out == 0 ? "none" : grouped(trend.leaks_left_out)),
        style);
}

}  // namespace

std::string run_verdict_text(const RunTrend& run) {
    const RunConclusion conclusion = conclusion_of(run);
    if (conclusion.verdict == RunVerdict::leak) return "Leak: memory without an upper bound grows steadily.";
    if (conclusion.verdict == RunVerdict::no_leak)
        return fmt::format("No leak: no unbounded memory grows steadily in {} of recording.",
                           human_seconds(run.span_s));
    std::string text = "Undecided: ";
    for (std::size_t i = 0; i < conclusion.why.size(); ++i)
        text += (i == 0 ? "" : "; ") + printable(conclusion.why[i]);
    text += ".";
    if (!conclusion.missing_s) return text;
    const std::string more = human_seconds(*conclusion.missing_s) + " more";
    return text + (conclusion.grows ? " At this rate it needs " + more + "." : " Record for " + more + ".");
}

std::string trend_report(const Trend& trend, const ReportOptions& options, const TextStyle& style) {
    if (trend.runs.empty()) return "no sample in the window\n";
    std::string out;
    for (const RunTrend& run : trend.runs) {
        if (!out.empty()) out += "\n";
        out += run_text(run, options, style);
    }
    if (trend.runs_left_out > 0) out += "\n" + runs_not_shown(trend, style);
    if (trend.earlier_runs > 0)
        out += line(fmt::format("{} other run{} of the file: no sample in the window.", trend.earlier_runs,
                                trend.earlier_runs == 1 ? "" : "s"),
                    style);
    return out;
}

std::string trend_verdicts(const Trend& trend, const TextStyle& style) {
    if (trend.runs.empty()) return "no sample in the window\n";
    std::string out;
    for (const RunTrend& run : trend.runs) {
        if (trend.runs.size() > 1) out += title(fmt::format("run {}", run.run.id), style) + "\n";
        out += verdicts(run, style);
    }
    return out + runs_not_shown(trend, style);
}

std::string gate_line(const GateResult& result, const GateOptions& options) {
    if (!result.undecided.empty())
        return fmt::format("undecided: {}: {}\n", printable(options.owner), result.undecided);
    std::string text = fmt::format(
        "{}: {} {} by {} MiB (allowed: {} MiB)", result.passed ? "passed" : "failed",
        options.owner.empty() ? "RSS" : printable(options.owner), result.growth.value < 0 ? "shrank" : "grew",
        in_mib(Delta{std::abs(result.growth.value)}), in_mib(options.max_growth));
    if (!result.grew_most.empty())
        text += fmt::format("; most: {}, {} MiB", printable(result.grew_most), in_mib(result.its_growth));
    if (!result.comparable)
        text += " (one of the two is a light sample: owners of malloc are not comparable)";
    return text + "\n";
}

}  // namespace nmtx
