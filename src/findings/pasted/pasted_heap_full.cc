// jstat shows full collections that free next to nothing: the Java heap is too small, or live objects grow.
#include <fmt/format.h>

#include <algorithm>

#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

std::optional<double> old_percent(const JstatTable& table, const JstatSample& sample) {
    if (const auto percent = table.value(sample, "O")) return percent;
    const auto used = table.value(sample, "OU"), capacity = table.value(sample, "OC");
    if (!used || !capacity || *capacity <= 0) return std::nullopt;
    return *used / *capacity * 100;
}

}  // namespace

std::vector<Finding> heap_full(const PastedEvidence& evidence) {
    const auto& table = evidence.documents.jstat;
    if (!table || table->samples.size() < 2) return {};
    constexpr double full = 95;
    double least = 100;
    for (const JstatSample& sample : table->samples) {
        const auto percent = old_percent(*table, sample);
        if (!percent || *percent < full) return {};
        least = std::min(least, *percent);
    }
    const JstatSample &first = table->samples.front(), &last = table->samples.back();
    const auto before = table->count(first, "FGC"), after = table->count(last, "FGC");
    if (!before || !after || *after <= *before) return {};
    Finding finding;
    finding.severity = Severity::problem;
    finding.confidence = table->samples.size() > 3 ? Confidence::high : Confidence::medium;
    finding.title = fmt::format("Old generation stays {:.0f} % full through {} full collection{}", least,
                                *after - *before, *after - *before == 1 ? "" : "s");
    if (const auto used = table->bytes(last, "OU")) {
        finding.bytes = used;
        finding.resident = false;
    }
    const auto seconds_before = table->value(first, "FGCT"), seconds_after = table->value(last, "FGCT");
    if (seconds_before && seconds_after && *seconds_after > *seconds_before)
        finding.evidence.push_back(fmt::format("jstat: FGC {} to {}, {:.1f} s spent in full GCs.", *before,
                                               *after, *seconds_after - *seconds_before));
    finding.evidence.emplace_back(
        "The percentage refers to what is committed now; the heap may still grow to -Xmx.");
    finding.remedies.push_back({"See which objects are live", "jcmd PID GC.class_histogram"});
    finding.remedies.push_back({"Restart with a larger -Xmx, if all of it is needed", ""});
    finding.refutes = Refutes::leak;
    finding.refuted_by = "a full GC brings the old generation down";
    return {finding};
}

}  // namespace nmtx::rule
