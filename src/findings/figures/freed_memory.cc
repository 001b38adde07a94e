#include "findings/figures/freed_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "findings/knowledge/jdk_offers.h"
#include "findings/wording.h"
#include "ledger/allocators.h"

namespace nmtx {
namespace {

constexpr std::size_t few_arenas = 8;
constexpr Bytes least_in_arenas = mib(32);
constexpr Bytes least_given_back = mib(1);
constexpr Bytes threshold = kib(128);

// One with a figure, if that is worth a remedy.
void add(std::vector<Remedy>& remedies, Bytes bytes, std::string what, std::string command) {
    if (bytes < least_given_back) return;
    Remedy remedy{std::move(what), std::move(command)};
    remedy.gives_back = bytes;
    remedies.push_back(std::move(remedy));
}

void add_trim(std::vector<Remedy>& remedies, const FindingInput& input, Bytes bytes) {
    if (jdk_has(input.view, "System.trim_native_heap"))
        add(remedies, bytes, fmt::format("Return whole free pages once: about {} (estimate)", human(bytes)),
            "jcmd PID System.trim_native_heap");
    if (jdk_has(input.view, "-XX:TrimNativeHeapInterval"))
        add(remedies, bytes,
            fmt::format("Restart with a trim every minute: about {} (estimate)", human(bytes)),
            "-XX:TrimNativeHeapInterval=60000");
}

}  // namespace

FreePlaces free_places(const MallocWalk& walk) {
    FreePlaces places;
    for (const ArenaFigures& arena : walk.arenas) {
        places.bins += arena.binned.resident;
        places.caches += arena.tcache.resident + arena.fast.resident;
        (arena.main ? places.main_top : places.other_tops) += arena.top.resident;
    }
    return places;
}

GivenBack given_back(const MallocWalk& walk) {
    GivenBack back;
    Bytes trimmed, kept;
    bool pages_known = true;
    std::vector<Bytes> keeps;
    for (const ArenaFigures& arena : walk.arenas) {
        pages_known = pages_known && arena.to_trim.has_value();
        trimmed += arena.to_trim.value_or(Bytes());
        if (arena.main) trimmed += arena.top.resident;
        back.lower_threshold += minus_or_zero(arena.top.resident, threshold);
        keeps.push_back(arena.free().resident);
        kept += keeps.back();
    }
    if (pages_known) back.trim = trimmed;
    std::sort(keeps.begin(), keeps.end(), std::greater<>());
    for (std::size_t i = 0; i < std::min<std::size_t>(2, keeps.size()); ++i)
        kept = minus_or_zero(kept, keeps[i]);
    back.two_arenas_at_most = kept;
    return back;
}

ThreadArenas thread_arenas(const MallocWalk& walk) {
    ThreadArenas arenas;
    arenas.count = walk.arenas.size();
    for (const ArenaFigures& arena : walk.arenas) {
        if (arena.main) continue;
        const Bytes kept = arena.free().resident + arena.overhead.resident;
        arenas.resident += arena.resident;
        arenas.kept += kept;
        arenas.largest = std::max(arenas.largest, kept);
    }
    return arenas;
}

bool kept_in_many_arenas(const FindingInput& input) {
    const MallocWalk* const walk = input.view.walk();
    if (walk == nullptr || serving_allocator(input.view) != "glibc") return false;
    const ThreadArenas arenas = thread_arenas(*walk);
    return arenas.count > few_arenas && arenas.kept >= least_in_arenas &&
           arenas.kept.value() >= input.ledger.rss.value() / 10 &&
           arenas.largest.value() < arenas.kept.value() / 2;
}

void add_remedies_for_freed_memory(Finding& finding, const FindingInput& input) {
    const MallocWalk& walk = *input.view.walk();
    const GivenBack back = given_back(walk);
    std::vector<Remedy> remedies;
    if (back.trim) add_trim(remedies, input, *back.trim);
    add(remedies, back.lower_threshold,
        fmt::format("Restart with a fixed trim threshold (environment variable): about {} (estimate), at "
                    "the ends of arenas",
                    human(back.lower_threshold)),
        "MALLOC_TRIM_THRESHOLD_=131072");
    add(remedies, back.two_arenas_at_most,
        fmt::format("Restart with fewer arenas (environment variable; threads may contend): at most {} "
                    "(estimate)",
                    human(back.two_arenas_at_most)),
        "MALLOC_ARENA_MAX=2");
    std::stable_sort(remedies.begin(), remedies.end(),
                     [](const Remedy& a, const Remedy& b) { return *a.gives_back > *b.gives_back; });
    remedies.push_back(
        {"Restart with another allocator, if installed (effect unknown)", "LD_PRELOAD=libjemalloc.so.2"});
    finding.remedies.insert(finding.remedies.end(), std::make_move_iterator(remedies.begin()),
                            std::make_move_iterator(remedies.end()));
}

}  // namespace nmtx
