// glibc's arenas: one for each thread that mallocs while others do, up to 8 for each CPU. Each keeps what its
// threads have freed. A container's CPU quota bounds the threads that run, but glibc does not see it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "allocator/malloc_layout.h"
#include "findings/figures/freed_memory.h"
#include "findings/figures/growth.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/allocators.h"
#include "ledger/claims/arena_shape.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

// Source: glibc malloc/arena.c (arena_get2, NARENAS_FROM_NCORES on 64-bit machines); CPUs by the affinity
// mask from 2.35 on (__get_nprocs_sched), those that are online before.
constexpr std::uint64_t arenas_a_cpu = 8;
constexpr std::size_t few_arenas = 8;
constexpr Bytes least_by_shapes = mib(64);

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

std::optional<Finding> by_walk(const FindingInput& input) {
    if (!kept_in_many_arenas(input)) return std::nullopt;
    const MallocWalk& walk = *input.view.walk();
    const ThreadArenas arenas = thread_arenas(walk);
    const FreePlaces places = free_places(walk);
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes =
        std::max(arenas.kept, input.ledger.malloc.parts ? input.ledger.malloc.parts->free : Bytes());
    finding.outside_nmt = true;
    finding.title = fmt::format("glibc's {} arenas keep {} that threads have freed: no leak", arenas.count,
                                human(*finding.bytes));
    Bytes tracked, others;
    for (const ArenaFigures& arena : walk.arenas) {
        if (arena.main) continue;
        tracked += arena.tracked.resident;
        others += arena.untracked.resident;
    }
    finding.evidence.push_back(
        fmt::format("{} arenas beside the main one hold {} resident: live blocks of the JVM's {}, of others "
                    "{}; freed, and malloc's own {}, at most {} in one of them (the walk over malloc).",
                    arenas.count - 1, human(arenas.resident), human(tracked), human(others),
                    human(arenas.kept), human(arenas.largest)));
    finding.evidence.push_back(fmt::format(
        "Where free memory lies, the main arena's too: between live blocks {}, at the ends of arenas "
        "{}, in caches of threads {}.",
        human(places.bins), human(places.main_top + places.other_tops), human(places.caches)));
    const OwnerTrend* const row = trend_of_series(input.history, {Series::malloc_free_kept});
    if (row != nullptr && row->verdict == Verdict::retention)
        finding.evidence.push_back(growth_sentence(*row));
    add_remedies_for_freed_memory(finding, input);
    finding.refuted_by =
        "RSS that is the same with MALLOC_ARENA_MAX=2 under the same load, and after a trim: then one arena "
        "would keep as much, on pages that live blocks share.";
    return finding;
}

// NMT's malloc may all lie in the arenas: what is more than that cannot be the JVM's.
std::optional<Finding> by_mappings(const FindingInput& input) {
    if (!input.ledger.malloc.nmt) return std::nullopt;
    std::set<std::uint64_t> states;
    if (input.view.malloc_layout) {
        for (const ArenaHeap& heap : input.view.malloc_layout->heaps) states.insert(heap.arena.value);
    }
    // An arena has a heap or several: mappings show only how many there are at most.
    const bool by_heaps = states.empty();
    const std::size_t count = 1 + (by_heaps ? arena_heaps_by_shape(*input.view.smaps).size() : states.size());
    const Bytes resident = input.ledger.resident_of(owner_path::arena);
    const Bytes not_nmt = minus_or_zero(resident, *input.ledger.malloc.nmt);
    if (count <= few_arenas || not_nmt < least_by_shapes || not_nmt.value() < input.ledger.rss.value() / 5)
        return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::low;
    finding.title = fmt::format("glibc has {}{} arenas, in which {} or more are not the JVM's",
                                by_heaps ? "up to " : "", count, human(not_nmt));
    finding.bytes = not_nmt;
    finding.outside_nmt = true;
    finding.evidence.push_back(fmt::format(
        "Heaps of arenas, of 64 MiB each (smaps): {} resident; all of NMT's malloc, {}, would fit there. Whether "
        "the rest is live or freed only a walk over malloc tells.",
        human(resident), human(*input.ledger.malloc.nmt)));
    finding.remedies = {
        {"Tell live memory from freed: nmtx walks malloc's chunks, and malloc_info(3) counts them "
         "(jcmd PID System.native_heap_info, JDK 22 and later); what a trim gives back was freed",
         "nmtx malloc PID"},
        {"Start it with fewer arenas, an environment variable of the JVM; threads that malloc much may then "
         "wait for one another. What it gives back is not known without a walk over malloc",
         "MALLOC_ARENA_MAX=2"},
        {"Or with another allocator, where it is installed", "LD_PRELOAD=libjemalloc.so.2"}};
    finding.refuted_by =
        "RSS that is the same with MALLOC_ARENA_MAX=2 under the same load: then one arena would keep as "
        "much.";
    return finding;
}

}  // namespace

std::vector<Finding> arena_count(const FindingInput& input) {
    const ProcessView& view = input.view;
    if (!view.smaps || serving_allocator(view) != "glibc") return {};
    auto finding = view.walk() != nullptr ? by_walk(input) : by_mappings(input);
    if (!finding) return {};
    if (std::string cpus = cpu_sentence(view); !cpus.empty()) finding->evidence.push_back(std::move(cpus));
    return {std::move(*finding)};
}

}  // namespace nmtx::rule
