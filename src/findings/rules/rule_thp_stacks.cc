// Transparent huge pages in stacks that were hardly used. When HotSpot touches a page of a stack for the
// first time, the kernel gives 2 MiB if the stack is large enough. Guard pages that are set later split them
// again, so AnonHugePages may be 0 while the whole stack is resident.
#include <fmt/format.h>

#include <algorithm>

#include "findings/knowledge/jdk_offers.h"
#include "findings/knowledge/known_bugs.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes thp_stacks_least = mib(16);
constexpr Bytes thp_stacks_warns_at = mib(64);
constexpr Bytes least_stack = kib(512);  // a smaller one may well have been used to its end
constexpr std::size_t least_full = 8;

struct FilledStacks {
    std::size_t stacks = 0;  // that may have huge pages
    std::size_t huge = 0, full = 0;
    Bytes huge_bytes, filled_bytes;  // of filled_bytes the huge ones are a part
};

// VmFlags "nh": no huge pages there. The JVM may have asked for that; newer kernels do it by themselves for
// what was mapped as a stack (MAP_STACK gives VM_NOHUGEPAGE, include/linux/mman.h).
bool may_be_huge(const Smaps& smaps, const ThreadStack& stack) {
    const auto after = std::upper_bound(smaps.mappings.begin(), smaps.mappings.end(), stack.range.begin,
                                        [](Address a, const Mapping& m) { return a < m.range.begin; });
    return after != smaps.mappings.begin() && !(after - 1)->has_flag("nh");
}

void add(FilledStacks& filled, const Smaps& smaps, bool always, const ThreadStack& stack) {
    if (!may_be_huge(smaps, stack)) return;
    ++filled.stacks;
    const Bytes huge = std::min(stack.huge, stack.resident);
    const bool full = always && stack.range.size() >= least_stack &&
                      stack.resident.value() >= stack.range.size().value() / 10 * 9;
    if (huge > Bytes()) ++filled.huge;
    if (full && huge == Bytes()) ++filled.full;
    filled.huge_bytes += huge;
    if (full || huge > Bytes()) filled.filled_bytes += std::max(huge, full ? stack.resident : Bytes());
}

FilledStacks filled_stacks(const FindingInput& input) {
    FilledStacks filled;
    const bool always = input.view.thp == ThpMode::always;
    for (const ThreadRow& row : input.threads->rows) {
        if (row.stack) add(filled, *input.view.smaps, always, *row.stack);
    }
    for (const ThreadStack& stack : input.threads->stacks_of_nobody)
        add(filled, *input.view.smaps, always, stack);
    return filled;
}

void add_bug(Finding& finding, const ProcessView& view) {
    const auto feature = view.java_feature();
    const auto update = jdk_update(view);
    if (!feature || !update) return;
    for (const KnownBug* bug : bugs_of("Thread Stack")) {
        if (!affects(*bug, *feature, *update)) continue;
        finding.bugs.push_back(bug->id);
        finding.remedies.push_back({fmt::format("Update the JDK: fixed in {}", fixed_text(*bug)), {}});
    }
}

}  // namespace

std::vector<Finding> thp_stacks(const FindingInput& input) {
    if (input.threads == nullptr || !input.view.smaps) return {};
    const FilledStacks filled = filled_stacks(input);
    const bool some = filled.huge_bytes >= thp_stacks_least;
    const bool shattered = filled.full >= least_full && filled.full >= filled.stacks / 2;
    if (filled.filled_bytes < thp_stacks_least || (!some && !shattered)) return {};
    Finding finding;
    if (filled.filled_bytes >= thp_stacks_warns_at &&
        filled.filled_bytes.value() > input.ledger.rss_true().value() / 20)
        finding.severity = Severity::warning;
    finding.confidence = some ? Confidence::high : Confidence::medium;
    finding.title = fmt::format("{} in thread stacks filled by transparent huge pages, hardly in use",
                                human(filled.filled_bytes));
    finding.bytes = filled.filled_bytes;
    finding.evidence.push_back(
        fmt::format("{} of {} eligible stacks have huge pages ({}, AnonHugePages in smaps), and {} more are "
                    "fully resident.",
                    filled.huge, filled.stacks, human(filled.huge_bytes), filled.full));
    if (input.view.thp)
        finding.evidence.push_back(
            fmt::format("/sys/kernel/mm/transparent_hugepage/enabled is [{}].", name_of(*input.view.thp)));
    if (!input.view.thp || input.view.thp == ThpMode::always)
        finding.remedies.push_back(
            {"Turn off THP by default for the whole system, as root; then restart the JVM",
             "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"});
    add_bug(finding, input.view);
    finding.remedies.push_back({"Update the kernel: newer ones keep stacks out of huge pages", {}});
    finding.remedies.push_back(
        {"Restart with stacks that are not a multiple of 2 MiB (fewer huge pages)", "-Xss1000k"});
    finding.refuted_by = "the threads did use their whole stacks (deep recursion)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
