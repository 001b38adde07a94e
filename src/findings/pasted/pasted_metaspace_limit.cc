// Metaspace or the class space near its limit, by jstat and any text that has the limit. jstat's MCMX is the
// reserved size, not the limit: it does not show -XX:MaxMetaspaceSize.
#include <fmt/format.h>

#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"
#include "process/jvm_flag.h"

namespace nmtx::rule {
namespace {

struct Limit {
    std::optional<Bytes> bytes;
    std::string_view from;
};

Limit limit_of(const PastedEvidence& evidence, std::string_view option,
               std::optional<Bytes> JmapHeap::* figure) {
    // 2^63 and above stand for no limit.
    constexpr std::uint64_t none = std::uint64_t{1} << 62U;
    if (const auto flag = size_flag(evidence.view, option); flag && flag->value() < none && *flag != Bytes())
        return {flag, "the JVM's options"};
    const auto& heap = evidence.documents.jmap_heap;
    if (heap && (*heap).*figure) return {(*heap).*figure, "jmap -heap"};
    return {};
}

std::optional<Finding> near(std::string_view what, std::optional<Bytes> committed, const Limit& limit,
                            std::string_view option) {
    if (!committed || !limit.bytes || committed->value() < limit.bytes->value() / 100 * 90)
        return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = committed;
    finding.resident = false;
    finding.title = fmt::format("{} near its limit: {} of {} committed ({}); class loading fails beyond it",
                                what, human(*committed), human(*limit.bytes), option);
    finding.evidence.push_back(
        fmt::format("{} committed (jstat), limit from {}.", human(*committed), limit.from));
    finding.remedies.push_back(
        {"Find the class loaders that hold most classes", "jcmd PID VM.classloader_stats"});
    finding.remedies.push_back(
        {"Restart with a higher limit", fmt::format("{}={}m", option, limit.bytes->value() / (1 << 20) * 2)});
    finding.refuted_by = "a GC unloads classes and brings it down";
    return finding;
}

}  // namespace

std::vector<Finding> metaspace_limit(const PastedEvidence& evidence) {
    const auto& table = evidence.documents.jstat;
    if (!table) return {};
    const JstatSample& last = table->samples.back();
    std::vector<Finding> findings;
    if (auto finding =
            near("Metaspace", table->bytes(last, "MC"),
                 limit_of(evidence, "MaxMetaspaceSize", &JmapHeap::max_metaspace), "-XX:MaxMetaspaceSize"))
        findings.push_back(std::move(*finding));
    Limit class_space = limit_of(evidence, "CompressedClassSpaceSize", &JmapHeap::class_space);
    // All of the class space is reserved at the start, so here the limit does show.
    if (const auto reserved = table->bytes(last, "CCSMX"); reserved && *reserved != Bytes())
        class_space = {reserved, "jstat (CCSMX)"};
    if (auto finding =
            near("The class space", table->bytes(last, "CCSC"), class_space, "-XX:CompressedClassSpaceSize"))
        findings.push_back(std::move(*finding));
    return findings;
}

}  // namespace nmtx::rule
