// A Java heap that stays resident long after it was needed. Not reported while it is in use, or as large as
// it was configured from the start.
#include <fmt/format.h>

#include <algorithm>

#include "findings/figures/heap_figures.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes heap_not_returned_least = mib(64);
constexpr Bytes heap_not_returned_warns_at = mib(256);
constexpr double idle_s = 300;  // the delay after which ZGC and Shenandoah give back

// As large as it shall be: every page was touched at the start, or it may not shrink.
bool wanted_so(const ProcessView& view, const HeapFigures& heap) {
    return (view.options && view.options->pretouch) ||
           (heap.initial && heap.most && *heap.initial == *heap.most && heap.least == heap.most);
}

// Collections come as they always came: what is free now is allocated from before the next one.
bool in_use(const ProcessView& view, const HeapFigures& heap) {
    if (!heap.since_last_gc_s) return true;
    const double until_last = view.header.target_uptime_s - *heap.since_last_gc_s;
    return *heap.since_last_gc_s < 3 * until_last / static_cast<double>(*heap.collections);
}

void add_option(Finding& finding, const ProcessView& view, std::string_view name, std::string_view value,
                std::string what) {
    if (jdk_has(view, name)) finding.remedies.push_back({std::move(what), fmt::format("{}={}", name, value)});
}

void add_remedies(Finding& finding, const ProcessView& view, const HeapFigures& heap, Bytes used) {
    const std::string gc = view.gc();
    if (heap.least && *heap.least > used + heap_not_returned_least) {
        const std::uint64_t mebibytes = std::max<std::uint64_t>(8, used.value() / 1024 / 1024 * 2);
        finding.remedies.push_back({"Restart with a lower -Xms (the heap never shrinks below it)",
                                    fmt::format("-Xms{}m", mebibytes)});
    }
    if (gc == "Z") {
        add_option(finding, view, "-XX:ZUncommitDelay", "60",
                   "Restart with memory uncommitted after a free minute (default: 5 minutes)");
        add_option(finding, view, "-XX:SoftMaxHeapSize",
                   fmt::format("{}m", used.value() / 1024 / 1024 * 2 + 64),
                   "Restart with a soft limit for the heap");
    } else if (gc == "Shenandoah") {  // where there is Shenandoah there is this option, experimental
        finding.remedies.push_back(
            {"Restart with memory uncommitted after a free minute (default: 5 minutes)",
             "-XX:+UnlockExperimentalVMOptions -XX:ShenandoahUncommitDelay=60000"});
    } else {
        if (gc == "G1")
            add_option(finding, view, "-XX:G1PeriodicGCInterval", "300000",
                       "Restart with a GC after 5 idle minutes, which returns free memory");
        add_option(finding, view, "-XX:MaxHeapFreeRatio", "30 -XX:MinHeapFreeRatio=10",
                   "Restart with more memory returned at each full GC");
    }
    const bool concurrent = gc == "Z" || gc == "Shenandoah";
    finding.remedies.push_back(
        {fmt::format("See how small it gets (runs a full GC{})", concurrent ? "" : " that stops the program"),
         "jcmd PID GC.run"});
    if (heap.most && *heap.most > used + used)
        finding.remedies.push_back({"Restart with a smaller -Xmx to cap it for good", {}});
}

}  // namespace

std::vector<Finding> heap_not_returned(const FindingInput& input) {
    const HeapFigures heap = heap_figures(input.moment());
    if (!heap.used || !heap.used_after_gc || wanted_so(input.view, heap) || in_use(input.view, heap))
        return {};
    const Bytes used = std::max(*heap.used, *heap.used_after_gc);
    const Bytes free = minus_or_zero(heap.resident, used);
    const Bytes rss = input.ledger.rss_true();
    if (free < heap_not_returned_least || free.value() < heap.resident.value() / 2 ||
        free.value() < rss.value() / 10)
        return {};
    Finding finding;
    const bool long_ago = *heap.since_last_gc_s >= idle_s;
    if (long_ago && free >= heap_not_returned_warns_at && free.value() >= rss.value() / 3)
        finding.severity = Severity::warning;
    finding.confidence = long_ago ? Confidence::high : Confidence::medium;
    finding.title = fmt::format("{} of the Java heap is resident but free: not returned since it was larger",
                                human(free));
    finding.bytes = free;
    finding.evidence.push_back(
        fmt::format("Heap: {} resident (smaps), {} used now (GC.heap_info), {} used after the last GC, "
                    "{} ago (hsperfdata).",
                    human(heap.resident), human(*heap.used), human(*heap.used_after_gc),
                    human_seconds(*heap.since_last_gc_s)));
    if (heap.committed)
        finding.evidence.push_back(
            fmt::format("Committed {}{}.", human(*heap.committed),
                        heap.least ? fmt::format(", minimum {}", human(*heap.least)) : std::string()));
    add_remedies(finding, input.view, heap, used);
    finding.refuted_by = "usage returns to this size with every load peak";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
