// glibc's arenas: one for each thread that mallocs while others do, up to 8 for each CPU. Each keeps what its
// threads have freed. A container's CPU quota bounds the threads that run, but glibc does not see it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "allocator/allocator_identity.h"
#include "allocator/malloc_layout.h"
#include "findings/rule_list.h"
#include "findings/wording.h"
#include "ledger/arena_shape.h"

namespace nmtx::rule {
namespace {

// Source: glibc malloc/arena.c (arena_get2, NARENAS_FROM_NCORES on 64-bit machines); CPUs by the affinity
// mask from 2.35 on (__get_nprocs_sched), those that are online before.
constexpr std::uint64_t arenas_a_cpu = 8;
constexpr std::size_t few_arenas = 8;
constexpr Bytes least = mib(32);
constexpr Bytes least_by_shapes = mib(64);

struct Arenas {
    std::size_t count = 0;  // the main one too
    bool walked = false;
    Bytes resident;  // of all but the main one
    Bytes cost;      // of it what fewer arenas could save: freed and kept, and malloc's own
    Bytes largest;   // the most that one of them has of that
};

bool is_glibc(const ProcessView& view) {
    if (view.malloc_walk && !view.malloc_walk->allocator.empty())
        return view.malloc_walk->allocator == "glibc";
    std::vector<std::string_view> names;
    for (const Mapping& mapping : view.smaps->mappings) names.push_back(mapping.name);
    return identify_allocator(names).name() == "glibc";
}

Arenas of_walk(const MallocWalk& walk) {
    Arenas arenas;
    arenas.walked = true;
    arenas.count = walk.arenas.size();
    for (const ArenaFigures& arena : walk.arenas) {
        if (arena.main) continue;
        const Bytes cost = arena.free().resident + arena.overhead.resident;
        arenas.resident += arena.resident;
        arenas.cost += cost;
        arenas.largest = std::max(arenas.largest, cost);
    }
    return arenas;
}

// NMT's malloc may all lie in the arenas: what is more than that cannot be the JVM's.
Arenas of_mappings(const FindingInput& input) {
    Arenas arenas;
    std::set<std::uint64_t> states;
    if (input.view.malloc_layout) {
        for (const ArenaHeap& heap : input.view.malloc_layout->heaps) states.insert(heap.arena.value);
    }
    arenas.count = 1 + (states.empty() ? arena_heaps_by_shape(*input.view.smaps).size() : states.size());
    arenas.resident = input.ledger.resident_of("malloc/arena");
    if (input.ledger.malloc.nmt) arenas.cost = minus_or_zero(arenas.resident, *input.ledger.malloc.nmt);
    return arenas;
}

// What glibc goes by.
std::optional<std::uint64_t> cpus_of(const ProcessView& view) {
    if (view.status && view.status->cpus_allowed) return view.status->cpus_allowed;
    return view.cpus_online;
}

std::string cpu_sentence(const ProcessView& view) {
    const auto cpus = cpus_of(view);
    if (!cpus) return "";
    std::string text = fmt::format("glibc makes up to {} arenas on {} CPU{}", *cpus * arenas_a_cpu, *cpus,
                                   *cpus == 1 ? "" : "s");
    if (view.cgroup_cpu && view.cgroup_cpu->quota)
        text += fmt::format(
            "; the cgroup's quota of {:.1f} CPUs, which it does not see, would be worth {}",
            *view.cgroup_cpu->quota,
            std::max<std::uint64_t>(1, static_cast<std::uint64_t>(*view.cgroup_cpu->quota * arenas_a_cpu)));
    return text + ".";
}

void add_remedies(Finding& finding) {
    finding.remedies = {
        {"Start it with fewer arenas, an environment variable of the JVM; threads that malloc much may then "
         "wait for one another",
         "MALLOC_ARENA_MAX=2"},
        {"Or with another allocator, where it is installed", "LD_PRELOAD=libjemalloc.so.2"}};
}

std::optional<Finding> by_walk(const FindingInput& input, const Arenas& arenas) {
    const Bytes rss = input.ledger.rss;
    const bool spread = arenas.largest.value() < arenas.cost.value() / 2;
    if (arenas.cost < least || arenas.cost.value() < rss.value() / 10 || !spread) return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title =
        fmt::format("glibc's {} arenas keep {} that threads have freed", arenas.count, human(arenas.cost));
    finding.bytes = arenas.cost;
    finding.outside_nmt = true;
    Bytes tracked, others;
    for (const ArenaFigures& arena : input.view.walk()->arenas) {
        if (arena.main) continue;
        tracked += arena.tracked.resident;
        others += arena.untracked.resident;
    }
    finding.evidence.push_back(
        fmt::format("{} arenas beside the main one hold {} resident: live blocks of the JVM's {}, of others "
                    "{}; freed, and "
                    "malloc's own {}, at most {} in one of them (the walk over malloc).",
                    arenas.count - 1, human(arenas.resident), human(tracked), human(others),
                    human(arenas.cost), human(arenas.largest)));
    return finding;
}

std::optional<Finding> by_mappings(const FindingInput& input, const Arenas& arenas) {
    if (arenas.cost < least_by_shapes || arenas.cost.value() < input.ledger.rss.value() / 5)
        return std::nullopt;
    Finding finding;
    finding.confidence = Confidence::low;
    finding.title = fmt::format("glibc has {} arenas, in which {} or more are not the JVM's", arenas.count,
                                human(arenas.cost));
    finding.bytes = arenas.cost;
    finding.outside_nmt = true;
    finding.evidence.push_back(
        fmt::format("Heaps of 64 MiB (smaps): {} resident; all of NMT's malloc, {}, would fit there. Whether "
                    "the rest is live "
                    "or freed only a walk over malloc tells.",
                    human(arenas.resident), human(*input.ledger.malloc.nmt)));
    return finding;
}

}  // namespace

std::vector<Finding> arena_count(const FindingInput& input) {
    const ProcessView& view = input.view;
    if (!view.smaps || !is_glibc(view)) return {};
    const Arenas arenas = view.walk() != nullptr ? of_walk(*view.walk()) : of_mappings(input);
    if (arenas.count <= few_arenas) return {};
    if (!arenas.walked && !input.ledger.malloc.nmt) return {};
    auto finding = arenas.walked ? by_walk(input, arenas) : by_mappings(input, arenas);
    if (!finding) return {};
    if (std::string cpus = cpu_sentence(view); !cpus.empty()) finding->evidence.push_back(std::move(cpus));
    add_remedies(*finding);
    finding->refuted_by =
        "RSS that is the same with MALLOC_ARENA_MAX=2 under the same load: then one arena would keep as "
        "much.";
    return {std::move(*finding)};
}

}  // namespace nmtx::rule
