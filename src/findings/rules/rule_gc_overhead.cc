// The collector's own memory: tables, remembered sets, queues of its workers.
#include <fmt/format.h>

#include "findings/figures/heap_figures.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes gc_overhead_least = mib(8);
constexpr Bytes gc_overhead_warns_at = mib(256);
constexpr std::uint64_t few_workers = 4;

struct GcMemory {
    Bytes tables;  // mmap, resident
    Bytes malloc;  // resident where malloc was walked, else NMT's count
    bool malloc_measured = false;
    [[nodiscard]] Bytes all() const { return tables + malloc; }
};

GcMemory gc_memory(const FindingInput& input) {
    GcMemory gc;
    gc.malloc_measured = input.ledger.malloc.measured();
    for (const std::string_view name : {"GC", "GCCardSet"}) {
        const NmtCategory* const category = input.view.nmt->find(name);
        if (category == nullptr) continue;
        if (!gc.malloc_measured) gc.malloc += category->malloc + category->arena;
    }
    gc.tables = input.ledger.resident_of(owner_path::gc);
    for (const std::string_view name : {"gc", "gccardset"}) {
        if (gc.malloc_measured)
            gc.malloc += input.ledger.resident_of(path_below(owner_path::nmt_tracked, name));
    }
    return gc;
}

}  // namespace

std::vector<Finding> gc_overhead(const FindingInput& input) {
    if (!input.view.nmt) return {};
    const HeapFigures heap = heap_figures(input.moment());
    const GcMemory gc = gc_memory(input);
    if (!heap.committed || *heap.committed == Bytes()) return {};
    if (gc.all() < gc_overhead_least || gc.all().value() <= heap.committed->value() / 10) return {};
    Finding finding;
    if (gc.all() >= gc_overhead_warns_at && gc.all().value() > heap.committed->value() / 100 * 15 &&
        gc.all().value() > input.ledger.rss_true().value() / 10)
        finding.severity = Severity::warning;
    finding.confidence = gc.malloc_measured ? Confidence::high : Confidence::medium;
    finding.title = fmt::format("{} used by the garbage collector besides a heap of {}", human(gc.all()),
                                human(*heap.committed));
    finding.bytes = gc.all();
    finding.evidence.push_back(
        fmt::format("GC tables: {} resident (NMT GC). GC malloc: {} ({}). Together {} % of the committed "
                    "heap.",
                    human(gc.tables), human(gc.malloc),
                    gc.malloc_measured ? "found by the walk" : "NMT's count, resident or not",
                    percent(gc.all(), *heap.committed)));
    const auto workers =
        input.view.vm_flags ? input.view.vm_flags->number("ParallelGCThreads") : std::nullopt;
    if (workers && *workers > few_workers) {
        finding.evidence.push_back(fmt::format("-XX:ParallelGCThreads={} (VM.flags).", *workers));
        finding.remedies.push_back({"Restart with fewer GC workers (each has queues)",
                                    fmt::format("-XX:ParallelGCThreads={}", few_workers)});
    }
    if (input.view.gc() == "G1" && *heap.committed >= mib(4096))
        finding.remedies.push_back(
            {"Restart with larger G1 regions (smaller remembered sets)", "-XX:G1HeapRegionSize=32m"});
    if (input.view.gc() != "Serial" && *heap.committed < mib(2048))
        finding.remedies.push_back(
            {"Restart with the serial collector (for a small heap on few CPUs)", "-XX:+UseSerialGC"});
    finding.refuted_by = "the heap has only begun to grow (the tables are sized for a full one)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
