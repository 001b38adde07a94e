// Where malloc was not walked: the part of its mappings beyond NMT's malloc. Live memory of native code, or
// freed memory that the allocator retains; the evidence does not show which.
#include <fmt/format.h>

#include <set>

#include "base/printable.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/no_walk.h"
#include "findings/knowledge/allocator_advice.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/allocators.h"
#include "ledger/claims/arena_shape.h"

namespace nmtx::rule {

namespace {

// So much of RSS that it cannot be what glibc keeps in any process.
bool is_much(const FindingInput& input) {
    const MallocUse& use = input.ledger.malloc;
    if (!use.nmt || use.parts || input.view.nmt_from_file || !input.view.smaps) return false;
    const Bytes outside = use.outside_nmt();
    return outside >= mib(32) && outside.value() >= input.ledger.rss.value() / 4;
}

// "13 arenas"; by their heaps, of which an arena may have several, "up to 13 arenas".
std::string arenas_of(const ProcessView& view) {
    std::set<std::uint64_t> states;
    if (view.malloc_layout) {
        for (const ArenaHeap& heap : view.malloc_layout->heaps) states.insert(heap.arena.value);
    }
    const std::size_t count = states.empty() ? arena_heaps_by_shape(*view.smaps).size() : states.size();
    if (count == 0) return "";
    return fmt::format("{}{} arena{}", states.empty() ? "up to " : "", count, count == 1 ? "" : "s");
}

void add_remedies(Finding& finding, const ProcessView& view, bool glibc, const std::string& allocator) {
    const auto no_walk = glibc ? why_no_walk(view) : std::nullopt;
    if (no_walk && !no_walk->remedy.what.empty()) finding.remedies.push_back(no_walk->remedy);
    if (!glibc) {
        if (const AllocatorAdvice* advice = advice_on_allocator(allocator)) {
            finding.evidence.emplace_back(advice->text);
            finding.remedies.push_back({std::string(advice->what), std::string(advice->command)});
        }
        return;
    }
    if (jdk_has(view, "System.trim_native_heap"))
        finding.remedies.push_back({"Return freed memory once (if RSS falls, glibc had retained it)",
                                    "jcmd PID System.trim_native_heap"});
    finding.remedies.push_back(
        {"Restart with fewer arenas (if RSS stays lower, glibc had retained it)", "MALLOC_ARENA_MAX=2"});
}

}  // namespace

std::vector<Finding> malloc_outside(const FindingInput& input) {
    // Where the arenas are many, that is the finding: the same bytes are not in two.
    if (!is_much(input) || !arena_count(input).empty()) return {};
    const ProcessView& view = input.view;
    const MallocUse& use = input.ledger.malloc;
    const std::string allocator = serving_allocator(view);
    const bool glibc = allocator.empty() || allocator == "glibc";
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::medium;
    finding.refutes = Refutes::leak;
    finding.sure_of = "the amount";
    finding.not_known = "how much of it is in use";
    if (input.history == nullptr) finding.not_known += fmt::format(", and {}", leak_or_cache);
    finding.title =
        fmt::format("{} of malloc is not tracked by NMT: in use by native code, or freed but retained",
                    amount_with_share(use.outside_nmt(), input.ledger.rss));
    finding.bytes = use.outside_nmt();
    finding.outside_nmt = true;
    std::string where = glibc ? "" : fmt::format(" ({})", printable(allocator));
    if (const std::string arenas = glibc ? arenas_of(view) : ""; !arenas.empty())
        where = fmt::format(" ({} besides the main one)", arenas);
    finding.evidence.push_back(fmt::format("malloc holds {} resident{}; NMT tracks {} of malloc.",
                                           human(use.resident), where, human(*use.nmt)));
    if (const auto no_walk = why_no_walk(view))
        finding.evidence.push_back(fmt::format("malloc was not analysed: {}.", no_walk->why));
    finding.evidence.emplace_back(
        "Mappings do not show what is in use and what is freed; malloc_info, malloc_trim or "
        "a walk of malloc's chunks does.");
    const std::vector<std::string_view> libraries = foreign_libraries(view);
    if (!libraries.empty())
        finding.evidence.push_back(
            fmt::format("Third-party native libraries loaded: {} (smaps).", library_list(libraries)));
    add_remedies(finding, view, glibc, allocator);
    finding.refuted_by = no_leak_if_it_stops;
    return {std::move(finding)};
}

}  // namespace nmtx::rule
