// The figures that the page's script draws.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "report/style/json_values.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_arenas = 24;
constexpr std::size_t most_charted = 12;
constexpr std::size_t most_name = 60;  // columns

std::string chart_name(std::string_view name) {
    return fit(printable(name), most_name);
}

json waterfall_of(const Ticket& ticket) {
    json shares = json::array();
    for (const Share& share : ticket.shares) {
        json parts = json::array();
        for (const SharePart& part : share.parts) {
            if (part.resident == Bytes()) continue;
            parts.push_back({{"name", chart_name(part.name)},
                             {"family", family_of_share(share.name, part.name)},
                             {"bytes", part.resident.value()},
                             {"remark", chart_name(part.remark)}});
        }
        shares.push_back({{"name", chart_name(share.name)},
                          {"family", family_of_share(share.name)},
                          {"bytes", share.resident.value()},
                          {"parts", std::move(parts)}});
    }
    return {{"rss", ticket.rss.value()}, {"shares", std::move(shares)}};
}

// [begin, end, owner, family, ranges, owners, mapped, resident]: there are some hundreds.
json map_of(const std::vector<MapStrip>& strips) {
    json rows = json::array();
    for (const MapStrip& strip : strips) {
        rows.push_back(json::array({fmt::format("{:012x}", strip.range.begin.value),
                                    fmt::format("{:012x}", strip.range.end.value), chart_name(strip.owner),
                                    family_of(strip.owner), strip.ranges, strip.owners, strip.mapped.value(),
                                    strip.resident.value()}));
    }
    return rows;
}

// NMT's categories; where there are none, the areas of the JVM, without malloc figures.
json categories_of(const Ticket& ticket) {
    json rows = json::array();
    for (const TicketCategory& category : ticket.categories) {
        if (category.committed == Bytes() && category.resident.value_or(Bytes()) == Bytes()) continue;
        rows.push_back({{"name", chart_name(category.name)},
                        {"reserved", category.reserved.value()},
                        {"committed", category.mmap_committed.value()},
                        {"malloc", category.malloc.value()},
                        {"resident", bytes_or_null(category.resident)}});
    }
    if (!ticket.categories.empty()) return rows;
    for (const TicketArea& area : ticket.areas) {
        rows.push_back({{"name", chart_name(area.name)},
                        {"reserved", bytes_or_null(area.reserved)},
                        {"committed", bytes_or_null(area.committed)},
                        {"malloc", 0},
                        {"resident", area.resident.value()}});
    }
    return rows;
}

json arena_row(const TicketArena& arena) {
    return {{"name", chart_name(arena.name)},
            {"tracked", arena.live_tracked.value()},
            {"untracked", arena.live_untracked.value()},
            {"free", arena.free.value()},
            {"overhead", arena.overhead.value()},
            {"not_walked", arena.not_walked.value()},
            {"resident", arena.resident.value()},
            {"reserved", arena.reserved.value()}};
}

// The largest, and the sum of the others.
json malloc_of(const Ticket& ticket) {
    if (!ticket.malloc || ticket.malloc->arenas.empty()) return nullptr;
    const std::vector<TicketArena>& arenas = ticket.malloc->arenas;
    json rows = json::array();
    TicketArena others;
    for (std::size_t i = 0; i < arenas.size(); ++i) {
        const TicketArena& arena = arenas[i];
        if (i < most_arenas) {
            rows.push_back(arena_row(arena));
            continue;
        }
        others.reserved += arena.reserved;
        others.resident += arena.resident;
        others.live_tracked += arena.live_tracked;
        others.live_untracked += arena.live_untracked;
        others.free += arena.free;
        others.overhead += arena.overhead;
        others.not_walked += arena.not_walked;
    }
    if (arenas.size() > most_arenas) {
        others.name = fmt::format("{} smaller arenas", arenas.size() - most_arenas);
        rows.push_back(arena_row(others));
    }
    return {{"told_apart", ticket.malloc->told_apart}, {"arenas", std::move(rows)}};
}

json container_of(const Ticket& ticket) {
    if (!ticket.container || !ticket.container->figures.current) return nullptr;
    const CgroupMemory& figures = ticket.container->figures;
    return {{"limit", bytes_or_null(figures.limit)},
            {"current", bytes_or_null(figures.current)},
            {"peak", bytes_or_null(figures.peak)},
            {"anon", bytes_or_null(figures.anon)},
            {"file", bytes_or_null(figures.file)},
            {"active_file", bytes_or_null(figures.active_file)},
            {"inactive_file", bytes_or_null(figures.inactive_file)},
            {"kernel", bytes_or_null(figures.kernel)},
            {"sock", bytes_or_null(figures.sock)},
            {"working_set", bytes_or_null(ticket.container->working_set)},
            {"rss", ticket.container->rss.value()}};
}

// [seconds since the first sample, value]
json series_of(const OwnerTrend& owner, double begin) {
    const bool is_rss = owner.key.series == Series::rss;
    json points = json::array();
    for (const Point& point : owner.curve)
        points.push_back(json::array({std::round((point.at - begin) * 10) / 10, std::round(point.value)}));
    return {{"name", is_rss ? "RSS" : chart_name(owner.name())},
            {"family", is_rss ? "rss" : family_of(owner.name())},
            {"count", owner.unit == Unit::count},
            {"verdict", name_of(owner.verdict)},
            {"per_second", owner.shape.slope ? json(owner.shape.slope->per_second) : json(nullptr)},
            {"points", std::move(points)}};
}

// Of the last run, which is the one that the ticket is about.
json trend_of(const Ticket& ticket) {
    if (!ticket.history || ticket.history->runs.empty()) return nullptr;
    const RunTrend& run = ticket.history->runs.back();
    if (run.samples == 0) return nullptr;
    const double begin = run.rss.curve.empty() ? 0 : run.rss.curve.front().at;
    json series = json::array();
    series.push_back(series_of(run.rss, begin));
    for (const OwnerTrend& owner : run.owners) {
        if (series.size() >= most_charted) break;
        if (owner.curve.size() > 1) series.push_back(series_of(owner, begin));
    }
    return {{"from_ms", run.from_wall_ms}, {"span_s", run.span_s}, {"series", std::move(series)}};
}

}  // namespace

std::string html_chart_data(const Ticket& ticket, const std::vector<MapStrip>& strips) {
    const json data = {{"waterfall", waterfall_of(ticket)},
                       {"map", map_of(strips)},
                       {"categories", categories_of(ticket)},
                       {"nmt", !ticket.categories.empty()},
                       {"malloc", malloc_of(ticket)},
                       {"container", container_of(ticket)},
                       {"trend", trend_of(ticket)}};
    const std::string text = data.dump();
    std::string safe;
    safe.reserve(text.size());
    // "<" occurs in strings only; without it nothing in them can end the element that holds them.
    for (const char c : text) c == '<' ? safe += "\\u003c" : safe += c;
    return safe;
}

}  // namespace nmtx
