// What is unknown because NMT is off or has no addresses, and the cost of enabling it.
#include <fmt/format.h>

#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// Source of the figures: HotSpot's MallocHeader of 16 bytes, 18 with its footer; "5-10%" is Oracle's manual
// on NMT, of code that allocates in the VM, not of the Java program's own work.
constexpr std::string_view cost =
    "NMT adds 16 to 18 bytes to each malloc block of the JVM (200 KB for 10,000 blocks), "
    "and costs 5 to 10 % CPU at worst (Oracle docs). It can only be enabled at JVM start.";

}  // namespace

std::vector<Finding> nmt_off(const FindingInput& input) {
    const ProcessView& view = input.view;
    if (view.vm != Vm::hotspot || view.nmt_from_file) return {};
    const NmtLevel level = view.nmt_level();
    const bool addresses = view.nmt_map || (view.system_map && view.system_map->nmt_enabled);
    if (level != NmtLevel::off && (level != NmtLevel::summary || addresses || !view.nmt)) return {};
    Finding finding;
    // The command line does not show options from the environment.
    finding.confidence = view.nmt_refusal || view.perf || view.nmt ? Confidence::high : Confidence::medium;
    // With System.map a summary has the addresses too.
    const std::string_view wanted = jdk_has(view, "System.map") ? "summary" : "detail";
    if (level == NmtLevel::off) {
        finding.title = "NMT is off: cannot separate the JVM's malloc from native (JNI) code's";
        finding.evidence.push_back(view.nmt_refusal
                                       ? fmt::format("The JVM's reply: {}.", *view.nmt_refusal)
                                       : std::string("No -XX:NativeMemoryTracking in the JVM's options."));
        finding.evidence.push_back(
            "Unknown without it: the size of direct buffers, compilers, GC and symbols, and which live malloc "
            "blocks belong to the JVM.");
        finding.evidence.push_back(
            "Known without it: heap, code cache, metaspace, stacks, files, and what glibc retains.");
        finding.refuted_by = "the question is not about malloc memory";
    } else {
        if (view.java_feature() && jdk_has(view, "System.map")) return {};  // it was not asked this time
        finding.title = "NMT=summary: the split between JVM areas is partly estimated (=detail is exact)";
        finding.evidence.push_back(
            "At this level NMT has no addresses, and this JDK has no System.map. With detail the rows marked "
            "as estimated would be exact.");
        finding.refuted_by = "the estimated split is good enough";
    }
    finding.evidence.emplace_back(cost);
    finding.remedies.push_back({"Restart with NMT", fmt::format("-XX:NativeMemoryTracking={}", wanted)});
    return {std::move(finding)};
}

}  // namespace nmtx::rule
