// glibc's arenas: one for each thread that calls malloc while others do, up to 8 per CPU. Each retains what
// its threads have freed. A container's CPU quota bounds the threads that run, but glibc does not see it.
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
    std::string text = fmt::format("glibc creates up to {} arenas on {}", *cpus * arenas_a_cpu,
                                   counted(*cpus, "CPU", "CPUs"));
    if (view.cgroup_cpu && view.cgroup_cpu->quota)
        text += fmt::format(
            "; it ignores the cgroup's quota of {:.1f} CPUs, which would give {}", *view.cgroup_cpu->quota,
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
    finding.title = fmt::format("{} freed but retained by glibc in {} arenas (not a leak)",
                                human(*finding.bytes), arenas.count);
    Bytes tracked, others;
    for (const ArenaFigures& arena : walk.arenas) {
        if (arena.main) continue;
        tracked += arena.tracked.resident;
        others += arena.untracked.resident;
    }
    finding.evidence.push_back(
        fmt::format("{} arenas besides the main one hold {} resident: {} in use and tracked by NMT, {} "
                    "in use and not tracked, {} freed or overhead (at most {} in one arena).",
                    arenas.count - 1, human(arenas.resident), human(tracked), human(others),
                    human(arenas.kept), human(arenas.largest)));
    finding.evidence.push_back(
        fmt::format("Freed memory, main arena included: {} between blocks in use, {} at the ends of "
                    "arenas, {} in thread caches.",
                    human(places.bins), human(places.main_top + places.other_tops), human(places.caches)));
    const OwnerTrend* const row = trend_of_series(input.history, {Series::malloc_free_kept});
    if (row != nullptr && row->verdict == Verdict::retention)
        finding.evidence.push_back(growth_sentence(*row));
    add_remedies_for_freed_memory(finding, input);
    finding.refutes = Refutes::claim;
    finding.refuted_by = "RSS is the same with MALLOC_ARENA_MAX=2 under the same load, and after a trim";
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
    finding.title = fmt::format("{} or more in {}{} glibc arenas is not tracked by NMT", human(not_nmt),
                                by_heaps ? "up to " : "", count);
    finding.bytes = not_nmt;
    finding.outside_nmt = true;
    finding.evidence.push_back(fmt::format(
        "Arena heaps (64 MiB each, smaps) hold {} resident. All {} of NMT's malloc would fit in them.",
        human(resident), human(*input.ledger.malloc.nmt)));
    finding.evidence.emplace_back(
        "Mappings do not show what is in use and what is freed. A walk of malloc's chunks does, and so do "
        "malloc_info(3) (jcmd PID System.native_heap_info, JDK 22 and later) and a trim.");
    finding.remedies = {
        {"Find what is in use and what is freed", "nmtx malloc PID"},
        {"Restart with fewer arenas (threads may contend; the effect is unknown without a walk)",
         "MALLOC_ARENA_MAX=2"},
        {"Restart with another allocator, if installed", "LD_PRELOAD=libjemalloc.so.2"}};
    finding.refutes = Refutes::claim;
    finding.refuted_by = "RSS is the same with MALLOC_ARENA_MAX=2 under the same load";
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
