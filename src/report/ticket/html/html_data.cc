// The figures that the page's script draws.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/style/json_values.h"
#include "report/ticket/html/html_data_parts.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_arenas = 24;
constexpr std::size_t most_name = 60;  // columns

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

class IcicleData {
  public:
    json take(const IcicleNode& root) {
        add(root, -1);
        return {{"abouts", std::move(abouts_)},
                {"nodes", std::move(nodes_)},
                {"changes", root.before.has_value()}};
    }

  private:
    void add(const IcicleNode& node, int parent) {
        const auto number = static_cast<int>(nodes_.size());
        nodes_.push_back(
            json::array({parent, chart_name(node.name), node.owner.empty() ? "rss" : family_of(node.owner),
                         node.bytes.value(), html_fitted(node.remark, true, most_name), about(node.owner)}));
        if (node.before) nodes_.back().push_back(node.before->value());
        for (const IcicleNode& child : node.children) add(child, number);
    }

    int about(const std::string& owner) {
        const std::string text = about_owner(owner);
        if (text.empty()) return -1;
        const auto [place, added] = numbers_.try_emplace(text, static_cast<int>(abouts_.size()));
        if (added) abouts_.push_back(text);
        return place->second;
    }

    json abouts_ = json::array();
    json nodes_ = json::array();
    std::map<std::string, int> numbers_;
};

}  // namespace

std::string chart_name(std::string_view name) {
    return html_fitted(name, false, most_name);
}

json icicle_data(const IcicleNode& icicle) {
    return IcicleData().take(icicle);
}

json html_chart_data(const Ticket& ticket, const std::vector<MapStrip>& strips, const IcicleNode& icicle) {
    return {{"icicle", icicle_data(icicle)},
            {"waterfall", waterfall_of(ticket)},
            {"map", map_of(strips)},
            {"categories", categories_of(ticket)},
            {"nmt", !ticket.categories.empty()},
            {"malloc", malloc_of(ticket)},
            {"container", container_of(ticket)},
            {"trend", trend_data(ticket)}};
}

}  // namespace nmtx
