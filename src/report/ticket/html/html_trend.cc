// Owners over time: the chart's data, and the table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/style/style.h"
#include "report/ticket/html/html_data_parts.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"
#include "report/trend/trend_report.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_moving = 11;
constexpr std::size_t most_flat = 8;
constexpr double flat_share = 0.01;  // of RSS

double movement(const OwnerTrend& owner) {
    double low = std::numeric_limits<double>::max(), high = 0;
    for (const Point& point : owner.curve) {
        low = std::min(low, point.value);
        high = std::max(high, point.value);
    }
    return owner.curve.empty() ? 0 : high - low;
}

bool is_flat(const OwnerTrend& owner, double rss) {
    switch (owner.verdict) {
        case Verdict::flat:
            return true;
        case Verdict::undecided:
        case Verdict::periodic:
            return movement(owner) < flat_share * rss;
        case Verdict::leak:
        case Verdict::retention:
        case Verdict::growing:
        case Verdict::warm_up:
        case Verdict::falling:
            break;
    }
    return false;
}

json values_of(const std::vector<const OwnerTrend*>& owners) {
    std::vector<double> sums(owners.front()->curve.size());
    for (const OwnerTrend* owner : owners) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::max(0.0, owner->curve[i].value);
    }
    json values = json::array();
    for (const double sum : sums) values.push_back(static_cast<std::uint64_t>(std::llround(sum)));
    return values;
}

json band_of(const OwnerTrend& owner, bool flat) {
    return {{"name", chart_name(owner.name())},
            {"family", family_of(owner.name())},
            {"flat", flat},
            {"verdict", name_of(owner.verdict)},
            {"per_second", owner.shape.slope ? json(owner.shape.slope->per_second) : json(nullptr)},
            {"values", values_of({&owner})}};
}

// The first `most` of them; the others as one band.
void add_bands(json& bands, const std::vector<const OwnerTrend*>& owners, std::size_t most, bool flat) {
    const std::size_t shown = owners.size() <= most + 1 ? owners.size() : most;
    for (std::size_t i = 0; i < shown; ++i) bands.push_back(band_of(*owners[i], flat));
    if (shown == owners.size()) return;
    const std::vector<const OwnerTrend*> rest(owners.begin() + static_cast<std::ptrdiff_t>(shown),
                                              owners.end());
    bands.push_back({{"name", fmt::format("{} more owners", grouped(rest.size()))},
                     {"family", "empty"},
                     {"flat", flat},
                     {"verdict", flat ? "flat" : ""},
                     {"per_second", nullptr},
                     {"values", values_of(rest)}});
}

json points_of(const OwnerTrend& owner, double begin) {
    json points = json::array();
    for (const Point& point : owner.curve)
        points.push_back(json::array({std::round((point.at - begin) * 10) / 10, std::round(point.value)}));
    return points;
}

}  // namespace

json trend_data(const Ticket& ticket) {
    if (!ticket.history || ticket.history->runs.empty()) return nullptr;
    const RunTrend& run = ticket.history->runs.back();
    if (run.samples == 0) return nullptr;
    const double begin = run.rss.curve.empty() ? 0 : run.rss.curve.front().at;
    double rss = 0;
    for (const Point& point : run.rss.curve) rss = std::max(rss, point.value);
    std::vector<const OwnerTrend*> moving, flat;
    json times = json::array();
    for (const OwnerTrend& owner : run.owners) {
        if (times.empty()) {
            for (const Point& point : owner.curve) times.push_back(std::round((point.at - begin) * 10) / 10);
        }
        // All owners are of the same samples.
        if (owner.curve.empty() || owner.curve.size() != times.size()) continue;
        (is_flat(owner, rss) ? flat : moving).push_back(&owner);
    }
    std::stable_sort(flat.begin(), flat.end(),
                     [](const OwnerTrend* a, const OwnerTrend* b) { return a->last > b->last; });
    json bands = json::array();
    add_bands(bands, moving, most_moving, false);
    add_bands(bands, flat, most_flat, true);
    return {{"from_ms", run.from_wall_ms},
            {"span_s", run.span_s},
            {"rss", points_of(run.rss, begin)},
            {"rss_verdict", name_of(run.rss.verdict)},
            {"flat", flat.size()},
            {"times", std::move(times)},
            {"bands", std::move(bands)}};
}

std::string html_trend(const Ticket& ticket) {
    if (!ticket.history || ticket.history->runs.empty() || ticket.history->runs.back().samples == 0)
        return "";
    const RunTrend& run = ticket.history->runs.back();
    HtmlTable table("table-trend", "Owners over time",
                    {{"owner", Column::name},
                     {"at start, MiB"},
                     {"at end, MiB"},
                     {"MiB/h"},
                     {"% of growth"},
                     {"verdict", Column::text}});
    const auto row = [&](const OwnerTrend& owner) {
        const auto bytes = [](double value) {
            return Bytes(static_cast<std::uint64_t>(std::max(value, 0.0)));
        };
        table.begin_row();
        table.text(owner.key.series == Series::rss ? "RSS" : owner.name());
        table.mib(bytes(owner.first));
        table.mib(bytes(owner.last));
        table.decimal(
            owner.shape.slope ? std::optional(owner.shape.slope->per_second * 3600 / 1048576) : std::nullopt,
            1);
        table.decimal(owner.of_growth ? std::optional(*owner.of_growth * 100) : std::nullopt, 0);
        table.text(name_of(owner.verdict));
    };
    row(run.rss);
    for (const OwnerTrend& owner : run.owners) row(owner);
    return html_paragraph(fmt::format("{} samples over {}. {}", grouped(run.samples),
                                      human_seconds(run.span_s), run_verdict_text(run))) +
           html_figure(
               "trend",
               "Resident memory of the owners over time, one on top of the other. Flat owners are hidden "
               "at first: those with a flat trend, and undecided or periodic ones that move by less than "
               "1 % of RSS.",
               table.finish());
}

}  // namespace nmtx
