// RSS less than NMT's committed: memory that was committed and never touched, the Java heap's above all.
#include <fmt/format.h>

#include <algorithm>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes untouched_commit_least = mib(8);

}  // namespace

// By ranges, never total less total: what is committed of the heap against what is resident of that very
// memory.
std::vector<Finding> untouched_commit(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    if (!ledger.gap.classic || ledger.gap.classic->value >= 0) return {};
    const CategoryRow* const heap = ledger.category("Java Heap");
    if (heap == nullptr) return {};
    const Bytes views = ledger.mapped_again;  // of ZGC: the same pages once more
    const Bytes resident = minus_or_zero(ledger.resident_maybe_of(owner_path::java_heap), views);
    if (resident == Bytes()) return {};  // its place is not known
    const Bytes untouched = minus_or_zero(heap->mmap_committed, resident);
    if (untouched < untouched_commit_least) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.bytes = untouched;
    finding.resident = false;
    finding.title = fmt::format(
        "{} of the Java heap are committed and not resident: that is why RSS - committed is negative, {} MiB",
        human(untouched), in_mib(*ledger.gap.classic));
    finding.evidence.push_back(fmt::format("Java heap: {} committed by NMT, {} resident by smaps.",
                                           human(heap->mmap_committed), human(resident)));
    if (input.view.options && input.view.options->pretouch)
        finding.evidence.emplace_back(
            "The JVM was started with -XX:+AlwaysPreTouch: it had touched the heap, then gave it back or "
            "saw it swapped out.");
    finding.remedies = {{"Plan a memory limit for the whole heap, which comes in as it is used",
                         "nmtx fit PID --limit SIZE"}};
    finding.refuted_by = "RSS - committed that stays negative when the whole heap has been in use.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
