#include <fmt/format.h>

#include "report/diff/diff_report.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json count(const CountChange& change) {
    return {{"before", change.before}, {"after", change.after}, {"change", change.change()}};
}

json chunks_or_null(const std::optional<ChunkSum>& sum) {
    return sum ? chunks_json(*sum) : json(nullptr);
}

json moment_of(const Moment& moment) {
    const CaptureHeader& header = moment.view->header;
    return {{"pid", header.pid},
            {"taken_at", text_or_null(header.taken_at)},
            {"uptime_seconds", header.target_uptime_s},
            {"start_ticks", header.start_ticks},
            {"boot_id", text_or_null(header.boot_id)},
            {"exe", text_or_null(moment.view->exe)},
            {"java_version", text_or_null(moment.view->java_version())},
            {"nmt_level", name_of(moment.view->nmt_level())},
            {"rss_bytes", moment.ledger->rss.value()}};
}

json owners_of(const Diff& diff) {
    json owners = json::array();
    for (const OwnerChange& owner : diff.owners) {
        json row = {{"path", printable(owner.path)}};
        row.update(amount_json(owner.resident));
        row["estimated"] = owner.estimated;
        owners.push_back(std::move(row));
    }
    return owners;
}

json nmt_of(const Diff& diff) {
    if (!diff.nmt) return nullptr;
    json out = {{"unit_bytes", diff.nmt->unit.value()},
                {"reserved", amount_json(diff.nmt->reserved)},
                {"committed", amount_json(diff.nmt->committed)},
                {"categories", json::array()}};
    for (const CategoryChange& category : diff.nmt->categories)
        out["categories"].push_back({{"name", printable(category.name)},
                                     {"reserved", amount_json(category.reserved)},
                                     {"committed", amount_json(category.committed)},
                                     {"malloc", amount_json(category.malloc)},
                                     {"blocks", count(category.blocks)}});
    return out;
}

json sites_of(const Diff& diff) {
    if (!diff.sites) return nullptr;
    json out = {
        {"unit_bytes", diff.sites->unit.value()},    {"offsets", diff.sites->offsets},
        {"malloc", amount_json(diff.sites->malloc)}, {"mmap_committed", amount_json(diff.sites->mmap)},
        {"asking", amount_json(diff.sites->asking)}, {"sites", json::array()}};
    for (const SiteChange& site : diff.sites->sites) {
        const bool malloc = site.kind == NmtSiteKind::malloc;
        json row = {{"kind", malloc ? "malloc" : "mmap"}, {"category", text_or_null(site.tag)}};
        row["frames"] = json::array();
        for (const std::string& frame : site.frames) row["frames"].push_back(printable(frame));
        row["committed"] = amount_json(site.committed);
        row["reserved"] = amount_json(site.reserved);
        row["blocks"] = malloc ? count(site.blocks) : json(nullptr);
        out["sites"].push_back(std::move(row));
    }
    return out;
}

json malloc_of(const Diff& diff) {
    if (!diff.malloc) return nullptr;
    json out = {{"sizes", json::array()}, {"untracked", json::array()}};
    for (const SizeChange& size : diff.malloc->sizes)
        out["sizes"].push_back({{"block_bytes", bytes_or_null(size.block)},
                                {"before", chunks_or_null(size.before)},
                                {"after", chunks_or_null(size.after)}});
    for (const UntrackedChange& owner : diff.malloc->owners)
        out["untracked"].push_back({{"owner", text_or_null(owner.owner)},
                                    {"kind", text_or_null(owner.kind)},
                                    {"before", chunks_or_null(owner.before)},
                                    {"after", chunks_or_null(owner.after)}});
    return out;
}

json threads_of(const Diff& diff) {
    if (!diff.threads) return nullptr;
    const auto known = [&](std::size_t n) { return diff.same_process ? json(n) : json(nullptr); };
    json out = {{"threads", count(diff.threads->threads)},
                {"started", known(diff.threads->started)},
                {"ended", known(diff.threads->ended)},
                {"pools", json::array()}};
    for (const PoolChange& pool : diff.threads->pools)
        out["pools"].push_back({{"name", printable(pool.name)},
                                {"kind", name_of(pool.kind)},
                                {"threads", count(pool.threads)},
                                {"started", known(pool.started)},
                                {"ended", known(pool.ended)},
                                {"stacks_resident", amount_json(pool.stacks)}});
    return out;
}

json range_of_mapping(const std::optional<Range>& range) {
    if (!range) return nullptr;
    return {{"begin", fmt::format("{:x}", range->begin.value)},
            {"end", fmt::format("{:x}", range->end.value)}};
}

std::string_view name_of(MappingFate fate) {
    switch (fate) {
        case MappingFate::same:
            return "same";
        case MappingFate::grown:
            return "grown";
        case MappingFate::shrunk:
            return "shrunk";
        case MappingFate::fresh:
            return "new";
        case MappingFate::gone:
            return "gone";
    }
    return "";
}

json mappings_of(const Diff& diff) {
    if (!diff.mappings) return nullptr;
    json out = {{"unchanged", diff.mappings->unchanged}, {"changed", json::array()}};
    for (const MappingChange& mapping : diff.mappings->mappings)
        out["changed"].push_back({{"fate", name_of(mapping.fate)},
                                  {"before", range_of_mapping(mapping.before)},
                                  {"after", range_of_mapping(mapping.after)},
                                  {"name", text_or_null(mapping.name)},
                                  {"owner", text_or_null(mapping.owner)},
                                  {"resident", amount_json(mapping.resident)}});
    return out;
}

}  // namespace

std::string json_diff(const Moment& before, const Moment& after, const Diff& diff) {
    json out;
    out["schema"] = json_schema_version;
    out["nmtx_version"] = text_or_null(after.view->header.nmtx_version);
    out["before"] = moment_of(before);
    out["after"] = moment_of(after);
    out["same_process"] = diff.same_process;
    out["differences"] = json::array();
    for (const std::string& difference : diff.differences)
        out["differences"].push_back(printable(difference));
    out["seconds"] = json_or_null(diff.seconds, [](double s) { return s; });
    out["rss"] = amount_json(diff.rss);
    out["owners"] = owners_of(diff);
    out["nmt"] = nmt_of(diff);
    out["call_sites"] = sites_of(diff);
    out["malloc"] = malloc_of(diff);
    out["threads"] = threads_of(diff);
    out["classes"] = {{"nmt", json_or_null(diff.classes_nmt, count)},
                      {"hsperfdata", json_or_null(diff.classes_perf, count)}};
    out["mappings"] = mappings_of(diff);
    out["notes"] = json::array();
    for (const std::string& note : diff.notes) out["notes"].push_back(printable(note));
    return out.dump(2) + "\n";
}

}  // namespace nmtx
