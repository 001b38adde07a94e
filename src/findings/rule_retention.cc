// What the program has freed and glibc has not given back: no leak, and not NMT's.
#include <fmt/format.h>

#include <algorithm>

#include "findings/growth.h"
#include "findings/jdk_offers.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes least = mib(16);
constexpr Bytes much = mib(32);

// malloc_trim goes through the bins of every arena and gives whole pages back, and the end of the main arena.
// The ends of the others it leaves, and the caches of threads. Source: glibc malloc/malloc.c (mtrim,
// systrim).
struct FreePlaces {
    Bytes bins;        // between live blocks
    Bytes main_top;    // the end of the main arena
    Bytes other_tops;  // of the others
    Bytes caches;      // of threads, and fastbins
    [[nodiscard]] Bytes within_reach() const { return bins + main_top; }
};

FreePlaces places_of(const MallocWalk& walk) {
    FreePlaces places;
    for (const ArenaFigures& arena : walk.arenas) {
        places.bins += arena.binned.resident;
        places.caches += arena.tcache.resident + arena.fast.resident;
        (arena.main ? places.main_top : places.other_tops) += arena.top.resident;
    }
    return places;
}

void add_remedies(Finding& finding, const FindingInput& input, const FreePlaces& places) {
    const bool trim_helps = places.within_reach().value() >= finding.bytes->value() / 4;
    if (trim_helps && jdk_has(input.view, "System.trim_native_heap"))
        finding.remedies.push_back({"Give it back, once", "jcmd PID System.trim_native_heap"});
    if (trim_helps && jdk_has(input.view, "-XX:TrimNativeHeapInterval"))
        finding.remedies.push_back({"Give it back every minute", "-XX:TrimNativeHeapInterval=60000"});
    if (places.other_tops + places.main_top > places.bins)
        finding.remedies.push_back(
            {"Keep less at the ends of arenas: an environment variable of the JVM, which also stops glibc "
             "from "
             "raising the threshold by itself",
             "MALLOC_TRIM_THRESHOLD_=131072"});
    if (input.view.walk()->arenas.size() > 2)
        finding.remedies.push_back(
            {"Keep less of it: fewer arenas, an environment variable of the JVM", "MALLOC_ARENA_MAX=2"});
    if (finding.remedies.empty())
        finding.remedies.push_back(
            {"Or another allocator, where it is installed", "LD_PRELOAD=libjemalloc.so.2"});
}

}  // namespace

std::vector<Finding> retention(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    const MallocWalk* const walk = input.view.walk();
    if (!parts || walk == nullptr) return {};
    if (parts->free < least || parts->free.value() < input.ledger.rss.value() / 10) return {};
    Finding finding;
    finding.severity = parts->free < much ? Severity::note : Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("glibc keeps {} that the program has freed: no leak", human(parts->free));
    finding.bytes = parts->free;
    finding.outside_nmt = true;
    const FreePlaces places = places_of(*walk);
    finding.evidence.push_back(
        fmt::format("Free chunks that are resident, in {} arenas: {} of {} that malloc holds (the walk over "
                    "malloc).",
                    walk->arenas.size(), human(parts->free), human(parts->whole)));
    finding.evidence.push_back(fmt::format(
        "Where they lie: between live blocks {}, at the ends of arenas {}, in caches of threads {}. A trim "
        "reaches whole pages of the first, and the main arena's end: {} at the most.",
        human(places.bins), human(places.main_top + places.other_tops), human(places.caches),
        human(std::min(places.within_reach(), parts->free))));
    const OwnerTrend* const row = trend_named(input.history, "malloc free kept");
    if (row != nullptr && row->verdict == Verdict::retention) {
        finding.severity = Severity::warning;
        finding.evidence.push_back(growth_sentence(*row));
    }
    add_remedies(finding, input, places);
    finding.refuted_by =
        "RSS that stays after a trim: the chunks were no longer free, or lie between live ones on the same "
        "pages.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
