// RSS from one text and NMT's total from another, of one process: without mappings only sizes can be
// compared. Resident memory beyond everything that NMT has committed cannot belong to the JVM.
#include <fmt/format.h>

#include <algorithm>

#include "findings/told/told.h"
#include "findings/wording.h"

namespace nmtx::told {
namespace {

constexpr Bytes rss_least = mib(64);

void add_files(Finding& finding, const ToldResident& told) {
    if (!told.file && !told.shmem) return;
    std::string text;
    if (told.file) text = fmt::format("Mapped files: {} MiB of RSS", in_mib(*told.file));
    if (told.shmem && *told.shmem != Bytes())
        text += fmt::format("{}shared memory: {} MiB", text.empty() ? "" : ", ", in_mib(*told.shmem));
    finding.evidence.push_back(text + ".");
}

std::string what_it_may_be(const ToldResident& told, Bytes beyond) {
    const bool files_excluded = told.file && told.file->value() < beyond.value() / 10;
    return fmt::format("native malloc, memory that malloc retains{}{}",
                       files_excluded ? ", memory that libraries map themselves" : ", mapped files",
                       told.shmem.value_or(Bytes()).value() > beyond.value() / 10
                           ? ", shared memory (ZGC before JDK 21 counts its heap three times)"
                           : "");
}

}  // namespace

std::vector<Finding> rss_beside_nmt(const ToldInput& input) {
    const ProcessView& view = input.view;
    if (input.has_ledger() || !view.nmt || !input.told.resident) return {};
    const ToldResident& told = *input.told.resident;
    const Bytes committed = view.nmt->committed;
    if (committed == Bytes() || told.rss == Bytes()) return {};
    Finding finding;
    finding.resident = false;
    const std::string both =
        fmt::format("RSS {} MiB ({}), NMT committed {} MiB", in_mib(told.rss), told.from, in_mib(committed));
    const Bytes beyond = minus_or_zero(told.rss, committed);
    if (beyond == Bytes()) {
        finding.title = both +
                        ": RSS is smaller, as committed memory need not be resident. Only mappings show "
                        "whether native code holds memory";
        return {std::move(finding)};
    }
    const bool rss_much = beyond >= rss_least && beyond.value() >= told.rss.value() / 5;
    finding.severity = rss_much ? Severity::warning : Severity::note;
    finding.confidence = Confidence::high;
    finding.bytes = beyond;
    finding.title = fmt::format("At least {} MiB ({} % of RSS) is not tracked by NMT: {}", in_mib(beyond),
                                percent(beyond, told.rss), both);
    finding.evidence.push_back(
        fmt::format("That is {}. The amount is larger if part of what NMT has committed is not resident.",
                    what_it_may_be(told, beyond)));
    add_files(finding, told);
    const bool gone = told.from == told_by_kill;
    finding.remedies.push_back({gone ? "Record the next process before it is killed"
                                     : "See which mappings it is, and what malloc holds",
                                gone ? "nmtx record PID -o rec.db" : "nmtx PID"});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the figures are from two snapshots, or from two processes";
    return {std::move(finding)};
}

}  // namespace nmtx::told
