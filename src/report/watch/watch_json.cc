#include "report/watch/watch_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/style/json_values.h"
#include "report/watch/watch_rows.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json whole_or_null(const std::optional<double>& value) {
    return value ? json(std::llround(*value)) : json(nullptr);
}

json delta_or_null(const std::optional<Delta>& delta) {
    return delta ? json(delta->value) : json(nullptr);
}

json watched_owners_json(const WatchedChange& change) {
    json owners = json::array();
    for (const WatchRow& row : owner_rows(change, WatchSort::since_start)) {
        owners.push_back({{"owner", printable(row.path)},
                          {"resident_bytes", row.resident.value()},
                          {"since_start_bytes", delta_or_null(row.since_start)},
                          {"since_last_bytes", delta_or_null(row.since_last)},
                          {"bytes_per_minute", whole_or_null(row.per_minute)},
                          {"estimated", row.estimated}});
    }
    return owners;
}

std::string_view name_of(Ceiling ceiling) {
    return ceiling == Ceiling::cgroup ? "cgroup" : ceiling == Ceiling::java_heap ? "java heap" : "host";
}

json growth_json(const WatchFigures& figures) {
    const RssGrowth growth = growth_of(figures.rss);
    json limit = nullptr;
    if (figures.limit) {
        limit = {
            {"of", name_of(figures.limit->ceiling)},
            {"limit_bytes", bytes_or_null(figures.limit->limit)},
            {"left_bytes", figures.limit->left.value()},
            {"seconds_left", growth.per_second ? whole_or_null(seconds_to(*figures.limit, *growth.per_second))
                                               : json(nullptr)}};
    }
    return {{"evident", growth.per_second.has_value()},
            {"bytes_per_minute", growth.per_second ? whole_or_null(*growth.per_second * 60) : json(nullptr)},
            {"samples", growth.samples},
            {"span_seconds", growth.span_s},
            {"limit", limit}};
}

json malloc_json_of(const MallocUse& use) {
    return {
        {"resident_bytes", use.resident.value()},
        {"nmt_bytes", bytes_or_null(use.nmt)},
        {"outside_nmt_bytes", use.nmt || use.measured() ? json(use.outside_nmt().value()) : json(nullptr)}};
}

}  // namespace

std::string watch_json_line(const WatchFigures& figures) {
    const WatchedChange& change = *figures.all;
    const CaptureHeader& header = change.now.view->header;
    json verdict = nullptr;
    if (figures.verdict)
        verdict = {{"verdict", nmtx::name_of(figures.verdict->verdict)},
                   {"finding", text_or_null(figures.verdict->title)}};
    const json line = {{"schema", json_schema_version},
                       {"taken_at", printable(header.taken_at)},
                       {"pid", header.pid},
                       {"refresh", figures.refreshes},
                       {"uptime_seconds", header.target_uptime_s},
                       {"seconds_since_start",
                        json_or_null(change.since_start->seconds, [](double seconds) { return seconds; })},
                       {"seconds_since_last",
                        json_or_null(change.since_last->seconds, [](double seconds) { return seconds; })},
                       {"rss_bytes", change.now.ledger->rss.value()},
                       {"rss_since_start_bytes", change.since_start->rss.change().value},
                       {"rss_since_last_bytes", change.since_last->rss.change().value},
                       {"growth", growth_json(figures)},
                       {"assessment", verdict},
                       {"malloc", malloc_json_of(change.now.ledger->malloc)},
                       {"owners", watched_owners_json(change)},
                       {"alert", text_or_null(figures.alert)},
                       {"cost", {{"attach_ms", figures.jvm_ms}, {"cpu_ms", figures.nmtx_ms}}}};
    return line.dump() + "\n";
}

}  // namespace nmtx
