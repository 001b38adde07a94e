// `nmtx allocs --json`: docs/reference/json.md.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "allocations/allocation_estimates.h"
#include "allocations/allocation_sites.h"
#include "allocations/saved_allocations.h"
#include "base/printable.h"
#include "report/allocations/allocations_report.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t sites_at_first = 100, sites_of_all = 10'000;

json names_json(const std::vector<std::string>& names) {
    json out = json::array();
    for (const std::string& name : names) out.push_back(printable(name));
    return out;
}

json estimate_json(const AllocationRun& run, const Estimate& estimate) {
    const bool known = has_interval(run, estimate);
    return {{"value", estimate.value},
            {"low", known ? json(estimate.low) : json(nullptr)},
            {"high", known ? json(estimate.high) : json(nullptr)}};
}

json live_json(const AllocationRun& run, const Estimate& estimate) {
    return run.knows_live ? estimate_json(run, estimate) : json(nullptr);
}

json seconds_json(const std::optional<double>& seconds) {
    return seconds ? json(*seconds) : json(nullptr);
}

json lifetimes_json(const AllocationRun& run, const Lifetimes& lives) {
    if (!run.with_frees) return nullptr;
    const bool known = lives.horizon_s > 0;
    return {{"watched", lives.watched},
            {"freed", lives.freed},
            {"within_s", known ? json(lives.horizon_s) : json(nullptr)},
            {"freed_share", known ? json(lives.freed_share) : json(nullptr)},
            {"half_s", seconds_json(lives.half_s)},
            {"nine_tenths_s", seconds_json(lives.nine_tenths_s)}};
}

json run_json(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    return {{"asked_s", run.asked_s},
            {"seconds", run.seconds},
            {"allocator", run.allocator},
            {"library", printable(run.library)},
            {"functions", names_json(run.functions)},
            {"functions_left_out", names_json(run.functions_left_out)},
            {"with_jvm", run.with_jvm},
            {"windows", run.window_count},
            {"windows_s", run.windows_s},
            {"threads", run.threads_mean},
            {"threads_probed", run.threads_probed},
            {"threads_watched", run.threads_watched},
            {"debug_registers", run.price.look_ns > 0},
            {"threads_seen", run.threads_seen},
            {"unseen_cpu", run.unseen_cpu},
            {"period_bytes", run.period_bytes},
            {"samples", profile.samples.size()},
            {"samples_to_the_start", run.unwound},
            {"samples_lost", run.lost},
            {"lost_why", text_or_null(run.lost_why)},
            {"samples_dropped", run.no_room},
            {"stacks_cut", run.beyond},
            {"calls_of_jvm", run.of_jvm},
            {"calls_overflowed", run.overflow},
            {"calls_not_copied", run.refused},
            {"slowed_at_most", run.slowed},
            {"one_for_several", run.one_for_several},
            {"live_counted", run.live_counted},
            {"live_unseen_bytes", run.live_unseen},
            {"live_unseen_blocks", run.live_unseen_blocks},
            {"live_missing", text_or_null(run.live_missing)},
            {"with_frees", run.with_frees},
            {"frees_missing", text_or_null(run.frees_missing)},
            {"frees_partly", run.frees_partly},
            {"windows_unwatched", run.windows_unwatched},
            {"java_missing", text_or_null(run.java_missing)},
            {"interrupted", run.interrupted},
            {"process_ended", run.process_ended}};
}

json site_json(const AllocationProfile& profile, const AllocationSite& site) {
    const AllocationRun& run = profile.run;
    json frames = json::array();
    for (std::uint32_t node = site.node; node != 0; node = profile.calls.nodes[node].parent)
        frames.push_back(printable(profile.calls.function_of(node).name));
    return {{"function", printable(site.name.function)},
            {"library", text_or_null(site.name.file)},
            {"java", text_or_null(site.name.java)},
            {"samples", site.samples},
            {"bytes", estimate_json(run, site.bytes)},
            {"blocks", estimate_json(run, site.blocks)},
            {"live_bytes", live_json(run, site.live_bytes)},
            {"live_blocks", live_json(run, site.live_blocks)},
            {"lifetimes", lifetimes_json(run, site.lifetimes)},
            {"frames", std::move(frames)}};
}

}  // namespace

std::string json_allocations(const AllocationProfile& profile, bool live, bool all) {
    const AllocationRun& run = profile.run;
    json out;
    out["schema"] = json_schema_version;
    out["pid"] = run.pid;
    out["process"] = printable(run.process);
    out["taken_at"] = run.started_at;
    out["sampling"] = run_json(profile);
    out["bytes"] = estimate_json(run, estimate_of(profile, AllocationMeasure::alloc_space));
    out["blocks"] = estimate_json(run, estimate_of(profile, AllocationMeasure::alloc_objects));
    out["live_bytes"] = live_json(run, estimate_of(profile, AllocationMeasure::inuse_space));
    out["live_blocks"] = live_json(run, estimate_of(profile, AllocationMeasure::inuse_objects));
    out["lifetimes"] = lifetimes_json(run, lifetimes_of(profile));
    out["sites"] = json::array();
    const std::vector<AllocationSite> sites = allocation_sites(profile, live);
    const std::size_t shown = std::min(sites.size(), all ? sites_of_all : sites_at_first);
    for (std::size_t i = 0; i < shown; ++i) out["sites"].push_back(site_json(profile, sites[i]));
    out["sites_left_out"] = sites.size() - shown;
    out["cost"] = {{"budget", run.budget},           {"paid_ms", run.paid_ns() / 1e6},
                   {"paid_share", run.paid_share()}, {"calls", run.hits.calls},
                   {"returns", run.hits.returns},    {"copies", run.hits.copies},
                   {"records", run.hits.records},    {"record_ns", run.price.record_ns},
                   {"call_ns", run.price.call_ns},   {"return_ns", run.price.return_ns},
                   {"copy_ns", run.price.copy_ns},   {"nmtx_cpu_ms", run.nmtx_cpu_ms}};
    // The samples are for `nmtx diff`: all in one line.
    std::string text = out.dump(2);
    text.resize(text.rfind("\n}"));
    return text + ",\n  \"profile\": " + format_samples(profile) + "\n}\n";
}

}  // namespace nmtx
