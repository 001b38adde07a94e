// `nmtx stacks --json`: docs/reference/json.md.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "profile/hottest.h"
#include "report/stacks/stacks_report.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t rows_at_first = 100, rows_of_all = 10000;
constexpr std::size_t paths_at_first = 20, paths_of_all = 1000;

double seconds_in(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}

json run_json(const Profile& profile) {
    const SamplingRun& run = profile.run;
    return {{"mode", run.mode == ProfileMode::cpu ? "cpu" : "wall"},
            {"hz", run.hz},
            {"asked_s", run.asked_s},
            {"seconds", run.seconds},
            {"thread_match", text_or_null(run.match)},
            {"ticks", run.ticks},
            {"ticks_late", run.late},
            {"ticks_missed", run.missed},
            {"latest_ms", run.latest_ms},
            {"samples", run.samples},
            {"samples_to_the_start", run.unwound},
            {"samples_of_unchanged", run.unchanged},
            {"samples_not_stopped", run.no_stop},
            {"samples_waiting", run.waiting},
            {"samples_left_out", run.left_out},
            {"samples_lost", run.lost},
            {"lost_why", text_or_null(run.lost_why)},
            {"stacks_cut", run.beyond},
            {"weight_s", seconds_in(profile.weight_ns())},
            {"kernel_cpu_s", run.threads_cpu_s},
            {"unsampled_s", seconds_in(run.unsampled_ns)},
            {"knows_waits", run.knows_waits},
            {"java_missing", text_or_null(run.java_missing)},
            {"interrupted", run.interrupted},
            {"process_ended", run.process_ended}};
}

json method_json(const Profile& profile, const FunctionSum& sum) {
    const ProfiledFunction& function = profile.functions[sum.function];
    return {{"name", printable(function.name)},
            {"file", text_or_null(function.file)},
            {"kind", name_of(function.kind)},
            {"self_samples", sum.self_samples},
            {"total_samples", sum.total_samples},
            {"self_s", seconds_in(sum.self_weight_ns)},
            {"total_s", seconds_in(sum.total_weight_ns)}};
}

json path_json(const Profile& profile, const PathSum& path) {
    json frames = json::array();
    for (auto at = path.functions.rbegin(); at != path.functions.rend(); ++at)
        frames.push_back(printable(profile.functions[*at].name));
    return {
        {"samples", path.samples}, {"seconds", seconds_in(path.weight_ns)}, {"frames", std::move(frames)}};
}

}  // namespace

std::string json_stacks(const Profile& profile, bool all) {
    const SamplingRun& run = profile.run;
    json out;
    out["schema"] = json_schema_version;
    out["pid"] = run.pid;
    out["process"] = printable(run.process);
    out["taken_at"] = run.started_at;
    out["sampling"] = run_json(profile);
    out["methods"] = json::array();
    const std::vector<FunctionSum> sums = hottest_functions(profile);
    const std::size_t shown = std::min(sums.size(), all ? rows_of_all : rows_at_first);
    for (std::size_t i = 0; i < shown; ++i) out["methods"].push_back(method_json(profile, sums[i]));
    out["methods_left_out"] = sums.size() - shown;
    out["paths"] = json::array();
    for (const PathSum& path : hottest_paths(profile, all ? paths_of_all : paths_at_first))
        out["paths"].push_back(path_json(profile, path));
    out["threads"] = json::array();
    for (const std::uint32_t i : hottest_threads(profile)) {
        const ProfiledThread& thread = profile.threads[i];
        out["threads"].push_back({{"tid", thread.tid},
                                  {"name", printable(thread.name)},
                                  {"samples", thread.samples},
                                  {"seconds", seconds_in(thread.weight_ns)}});
    }
    out["cost"] = {{"stops", run.stops},
                   {"stopped_ms", run.stopped_ms},
                   {"longest_stop_ms", run.longest_stop_ms},
                   {"nmtx_cpu_ms", run.nmtx_cpu_ms},
                   {"nmtx_rss_bytes", run.nmtx_rss}};
    return out.dump(2) + "\n";
}

}  // namespace nmtx
