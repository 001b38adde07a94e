// `nmtx diff` of two runs of `nmtx allocs`: docs/reference/json.md.
#include <map>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "report/allocations/allocations_diff.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

// An interval that means nothing is left out.
json interval_json(const Estimate& estimate, bool known) {
    return {{"value", estimate.value},
            {"low", known ? json(estimate.low) : json(nullptr)},
            {"high", known ? json(estimate.high) : json(nullptr)}};
}

json change_json(const AllocationChange& change) {
    return {{"before", interval_json(change.before, change.estimated)},
            {"after", interval_json(change.after, change.estimated)},
            {"change", interval_json(change.change, change.estimated)},
            {"certain", change.certain()}};
}

json compared_run_json(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    return {{"pid", run.pid},
            {"process", printable(run.process)},
            {"taken_at", printable(run.started_at)},
            {"seconds", run.seconds},
            {"windows", run.window_count},
            {"samples", profile.samples.size()},
            {"allocator", printable(run.allocator)},
            {"with_jvm", run.with_jvm},
            {"knows_live", run.knows_live}};
}

}  // namespace

std::string json_allocations_diff(const AllocationDiff& diff, std::string_view nmtx_version) {
    std::map<SiteName, const AllocationSiteChange*> live;
    for (const AllocationSiteChange& site : diff.live_sites) live[site.name] = &site;
    json out;
    out["schema"] = json_schema_version;
    out["nmtx_version"] = nmtx_version;
    out["before"] = compared_run_json(diff.before);
    out["after"] = compared_run_json(diff.after);
    out["bytes_per_second"] = change_json(diff.bytes);
    out["live_bytes_per_second"] = diff.knows_live ? change_json(diff.live_bytes) : json(nullptr);
    out["sites"] = json::array();
    for (const AllocationSiteChange& site : diff.sites) {
        const auto stays = live.find(site.name);
        out["sites"].push_back({{"function", printable(site.name.function)},
                                {"library", text_or_null(site.name.file)},
                                {"java", text_or_null(site.name.java)},
                                {"samples_before", site.samples_before},
                                {"samples_after", site.samples_after},
                                {"bytes_per_second", change_json(site.bytes)},
                                {"live_bytes_per_second",
                                 stays == live.end() ? json(nullptr) : change_json(stays->second->bytes)}});
    }
    out["notes"] = json::array();
    for (const std::string& note : allocations_diff_notes(diff)) out["notes"].push_back(note);
    return out.dump(2) + "\n";
}

}  // namespace nmtx
