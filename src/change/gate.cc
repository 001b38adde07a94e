#include "change/gate.h"

#include <algorithm>
#include <map>

namespace nmtx {
namespace {

bool same_process(const RecordedRun& a, const RecordedRun& b) {
    return a.pid == b.pid && a.start_ticks == b.start_ticks && a.boot_id == b.boot_id;
}

const Sample* last_of(const RecordedSeries& series) {
    const auto full = std::find_if(series.samples.rbegin(), series.samples.rend(),
                                   [](const Sample& sample) { return sample.depth == Depth::full; });
    if (full != series.samples.rend()) return &*full;
    return series.samples.empty() ? nullptr : &series.samples.back();
}

const Sample* first_of(const RecordedSeries& series) {
    const auto full = std::find_if(series.samples.begin(), series.samples.end(),
                                   [](const Sample& sample) { return sample.depth == Depth::full; });
    if (full != series.samples.end()) return &*full;
    return series.samples.empty() ? nullptr : &series.samples.front();
}

}  // namespace

GateResult gate(const Sample& baseline, const Sample& now, const GateOptions& options) {
    GateResult result;
    result.growth = options.owner.empty() ? difference(now.rss, baseline.rss)
                                          : difference(resident_below(now, options.owner),
                                                       resident_below(baseline, options.owner));
    result.passed = result.growth.value <= 0 ||
                    Bytes(static_cast<std::uint64_t>(result.growth.value)) <= options.max_growth;
    result.comparable = baseline.depth == now.depth;
    if (!options.owner.empty()) {
        const auto knows = [&](const Sample& sample) {
            return std::any_of(sample.owners.begin(), sample.owners.end(),
                               [&](const OwnerBytes& owner) { return is_below(owner.path, options.owner); });
        };
        if (!knows(baseline) && !knows(now))
            result.undecided = "neither snapshot has an owner of that name";
        else if (!result.comparable)
            result.undecided = "one of the two snapshots is a light sample, which has other owners";
        result.passed = result.passed && result.undecided.empty();
    }
    std::map<std::string, Bytes> before;
    for (const OwnerBytes& owner : baseline.owners) before[owner.path] = owner.resident;
    for (const OwnerBytes& owner : now.owners) {
        if (!is_below(owner.path, options.owner)) continue;
        const Delta growth = difference(owner.resident, before[owner.path]);
        if (growth <= result.its_growth) continue;
        result.its_growth = growth;
        result.grew_most = owner.path;
    }
    return result;
}

RecordMoment baseline_sample(const std::vector<RecordedSeries>& record, const RecordedRun& gated) {
    for (const RecordedSeries& series : record) {
        if (same_process(series.run, gated) && !series.samples.empty()) return {&series, first_of(series)};
    }
    return latest_sample(record);
}

RecordMoment latest_sample(const std::vector<RecordedSeries>& record) {
    for (auto series = record.rbegin(); series != record.rend(); ++series) {
        if (!series->samples.empty()) return {&*series, last_of(*series)};
    }
    return {};
}

}  // namespace nmtx
