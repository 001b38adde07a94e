// Many threads, or large stacks: resident memory counts, not reserved.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "threads/thread_choice.h"

namespace nmtx::rule {
namespace {

constexpr std::size_t many_stacks = 500;
constexpr Bytes stack_count_least = mib(32);
constexpr Bytes stack_count_warns_at = mib(128);

std::string pools_sentence(const ThreadTable& table) {
    constexpr std::size_t most_pools = 3;
    std::vector<const ThreadRow*> rows;
    for (const ThreadRow& row : table.rows) {
        if (row.change != ThreadChange::ended) rows.push_back(&row);
    }
    std::vector<ThreadPool> pools = thread_pools(rows, ThreadOrder::stack);
    std::string text;
    for (std::size_t i = 0; i < std::min(most_pools, pools.size()); ++i) {
        text += fmt::format("{}{} ({}, {})", text.empty() ? "" : ", ", printable(pools[i].name),
                            counted(pools[i].threads, "thread", "threads"), human(pools[i].resident));
    }
    return text;
}

// The JVM's own threads have flags of their own; -Xss applies to Java threads only.
void add_stack_remedies(Finding& finding, const FindingInput& input) {
    const auto& kinds = input.threads->totals.of_kind;
    const auto count = [&](ThreadKind kind) { return kinds[static_cast<std::size_t>(kind)]; };
    finding.remedies.push_back({"Find the largest pools and limit them", "nmtx threads PID --sort=stack"});
    if (count(ThreadKind::java) > 0)
        finding.remedies.push_back(
            {"Restart with smaller Java stacks (helps only where threads went deep)", "-Xss512k"});
    if (count(ThreadKind::gc) + count(ThreadKind::vm) > 64)
        finding.remedies.push_back(
            {"Restart with smaller VM and GC stacks (in KB)", "-XX:VMThreadStackSize=512"});
    if (count(ThreadKind::compiler) > 16 && jdk_has(input.view, "-XX:CompilerThreadStackSize"))
        finding.remedies.push_back(
            {"Restart with smaller compiler stacks (in KB)", "-XX:CompilerThreadStackSize=1024"});
}

}  // namespace

std::vector<Finding> stack_count(const FindingInput& input) {
    if (input.threads == nullptr) return {};
    const ThreadTotals& totals = input.threads->totals;
    const std::size_t threads = input.threads->counts.tasks;
    const Bytes rss = input.ledger.rss_true();
    const bool stack_count_much =
        totals.stacks_resident >= stack_count_least && totals.stacks_resident.value() > rss.value() / 20;
    if (threads < many_stacks && !stack_count_much) return {};
    Finding finding;
    if (totals.stacks_resident >= stack_count_warns_at && totals.stacks_resident.value() > rss.value() / 10)
        finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} held by the stacks of {} ({} reserved)", human(totals.stacks_resident),
                                counted(threads, "thread", "threads"), human(totals.stacks_reserved));
    finding.bytes = totals.stacks_resident;
    finding.evidence.push_back(fmt::format("Largest pools: {}.", pools_sentence(*input.threads)));
    finding.evidence.push_back(fmt::format(
        "All stacks: {} resident (smaps), {} per thread. What is reserved is address space and costs nothing.",
        human(totals.stacks_resident),
        human(Bytes(totals.stacks_resident.value() / std::max<std::size_t>(1, threads)))));
    add_stack_remedies(finding, input);
    finding.refuted_by = "peak load needs these threads";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
