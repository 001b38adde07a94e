// What the program has freed and glibc has not given back: no leak, and not NMT's.
#include <fmt/format.h>

#include "findings/jdk_offers.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes least = mib(16);

}  // namespace

std::vector<Finding> retention(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    if (!parts || parts->free < least || parts->free.value() < input.ledger.rss.value() / 10) return {};
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("glibc keeps {} that the program has freed: no leak", human(parts->free));
    finding.bytes = parts->free;
    finding.outside_nmt = true;
    finding.evidence.push_back(
        fmt::format("Free chunks that are resident, in {} arenas: {} of {} that malloc holds.",
                    input.view.walk()->arenas.size(), human(parts->free), human(parts->whole)));
    if (jdk_has(input.view, "System.trim_native_heap"))
        finding.remedies.push_back({"Give it back, once", "jcmd PID System.trim_native_heap"});
    if (jdk_has(input.view, "-XX:TrimNativeHeapInterval"))
        finding.remedies.push_back({"Give it back every minute", "-XX:TrimNativeHeapInterval=60000"});
    finding.remedies.push_back({"Keep less of it: fewer arenas", "MALLOC_ARENA_MAX=2"});
    finding.refuted_by =
        "RSS that stays after a trim: the chunks were no longer free, or lie between live ones on the same "
        "pages.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
