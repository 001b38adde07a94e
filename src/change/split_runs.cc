#include "change/split_runs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace nmtx {
namespace {

using Identity = std::tuple<std::string, std::uint64_t, std::uint64_t>;

Identity identity_of(const RecordedRun& run) {
    return {run.boot_id, run.pid, run.start_ticks};
}

// What one part knows, and the others may not: a JVM that did not answer at first has no version there.
void take_over(RecordedRun& run, RecordedRun&& part) {
    run.parts.push_back(part.id);
    for (std::string RecordedRun::* text : {&RecordedRun::java, &RecordedRun::gc, &RecordedRun::nmt_level}) {
        if (!(part.*text).empty()) run.*text = std::move(part.*text);
    }
    if (part.physical_memory) run.physical_memory = part.physical_memory;
    run.ended_ms = part.ended_ms;
    run.end = std::move(part.end);
}

}  // namespace

bool same_process(const RecordedRun& a, const RecordedRun& b) {
    return !a.boot_id.empty() && identity_of(a) == identity_of(b);
}

std::vector<RecordedSeries> join_split_runs(std::vector<RecordedSeries> record) {
    std::vector<RecordedSeries> joined;
    std::map<Identity, std::size_t> first_of;
    for (RecordedSeries& series : record) {
        const bool known = !series.run.boot_id.empty();
        const auto [first, is_new] = known ? first_of.emplace(identity_of(series.run), joined.size())
                                           : std::pair(first_of.end(), true);
        if (is_new) {
            joined.push_back(std::move(series));
            continue;
        }
        RecordedSeries& whole = joined[first->second];
        take_over(whole.run, std::move(series.run));
        std::move(series.samples.begin(), series.samples.end(), std::back_inserter(whole.samples));
    }
    for (RecordedSeries& series : joined) {
        if (series.run.parts.empty()) continue;
        std::stable_sort(series.samples.begin(), series.samples.end(),
                         [](const Sample& a, const Sample& b) { return a.time.line_ms < b.time.line_ms; });
    }
    return joined;
}

}  // namespace nmtx
