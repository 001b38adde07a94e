// What cannot be told since NMT is off, or has no addresses, and what it would cost to have it.
#include <fmt/format.h>

#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// Source of the figures: HotSpot's MallocHeader of 16 bytes, 18 with its footer; "5-10%" is Oracle's manual
// on NMT, of code that allocates in the VM, not of the Java program's own work.
constexpr std::string_view cost =
    "Cost: 16 to 18 bytes for each block that the JVM has from malloc, some 200 KB for 10,000 blocks, and by "
    "Oracle's manual up to 5 to 10 % of CPU time where the JVM mallocs much; it can be turned on at the "
    "start alone.";

}  // namespace

std::vector<Finding> nmt_off(const FindingInput& input) {
    const ProcessView& view = input.view;
    if (view.vm != Vm::hotspot || view.nmt_from_file) return {};
    const NmtLevel level = view.nmt_level();
    const bool addresses = view.nmt_map || (view.system_map && view.system_map->nmt_enabled);
    if (level != NmtLevel::off && (level != NmtLevel::summary || addresses || !view.nmt)) return {};
    Finding finding;
    // Of options in the environment the command line says nothing.
    finding.confidence = view.nmt_refusal || view.perf || view.nmt ? Confidence::high : Confidence::medium;
    // With System.map a summary has the addresses too.
    const std::string_view wanted = jdk_has(view, "System.map") ? "summary" : "detail";
    if (level == NmtLevel::off) {
        finding.title = "NMT is off: what the JVM has from malloc is not told from what JNI code has";
        finding.evidence.push_back(view.nmt_refusal
                                       ? fmt::format("The JVM says: {}.", *view.nmt_refusal)
                                       : std::string("No -XX:NativeMemoryTracking among the JVM's options."));
        finding.evidence.push_back(
            "Lost: direct buffers, compilers, GC and symbols by size, and which live blocks of malloc are "
            "the JVM's. Heap, code cache, metaspace, stacks, files and what glibc keeps are told without it.");
    } else {
        if (view.java_feature() && jdk_has(view, "System.map")) return {};  // it was not asked this time
        finding.title =
            "NMT has no addresses at this level: borders between areas of the JVM are partly inferred";
        finding.evidence.push_back(
            "NMT is at summary, and this JDK has no System.map. Rows that are marked as estimated would be "
            "exact.");
    }
    finding.evidence.emplace_back(cost);
    finding.remedies.push_back({"Next time start with", fmt::format("-XX:NativeMemoryTracking={}", wanted)});
    finding.refuted_by = "Nothing: it is how the JVM was started.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
