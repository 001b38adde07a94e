// Blocks of malloc that bear no header of NMT's: JNI code, libraries and agents hold them.
#include <fmt/format.h>

#include "base/printable.h"
#include "findings/rule_list.h"
#include "findings/wording.h"
#include "ledger/malloc_parts.h"

namespace nmtx::rule {
namespace {

constexpr Bytes least = mib(16);

std::string largest_sentence(const UntrackedOwner& largest) {
    const std::string size =
        largest.block == Bytes() ? "" : fmt::format(" of {} bytes", grouped(largest.block.value()));
    const std::string owner = largest.owner.empty() ? "of no known owner" : "in " + printable(largest.owner);
    return fmt::format("The largest group: {} blocks{}, {}, {}.", grouped(largest.chunks.blocks), size,
                       human(largest.chunks.bytes), owner);
}

}  // namespace

std::vector<Finding> jni_malloc(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    if (!parts || !parts->told_apart) return {};
    if (parts->untracked < least || parts->untracked.value() < input.ledger.rss.value() / 10) return {};
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title =
        fmt::format("JNI or library code holds {} that the JVM does not know of", human(parts->untracked));
    finding.bytes = parts->untracked;
    finding.outside_nmt = true;
    finding.evidence.push_back(
        fmt::format("Live blocks of malloc without NMT's header: {}; those with one: {}.",
                    human(parts->untracked), human(parts->tracked)));
    if (const UntrackedOwner* largest = largest_untracked(*input.view.walk()))
        finding.evidence.push_back(largest_sentence(*largest));
    finding.remedies = {{"See who holds it", "nmtx malloc PID --owners"},
                        {"See whether it grows", "nmtx record PID -o FILE.db, later nmtx trend FILE.db"}};
    finding.refuted_by =
        "The same amount in a process that has just warmed up: then it is what the library needs, and no "
        "leak.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
