// A machine with almost no memory left, by meminfo or free.
#include <fmt/format.h>

#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {

std::vector<Finding> machine_memory(const PastedEvidence& evidence) {
    const auto& host = evidence.documents.host;
    if (!host || !host->total || !host->available || *host->total == Bytes()) return {};
    // A twentieth is little, but of a large machine it is still much.
    const bool short_of_it =
        host->available->value() < host->total->value() / 20 && *host->available < mib(2048);
    if (!short_of_it) return {};
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = host->available;
    finding.resident = false;
    finding.title =
        fmt::format("{} of the machine's {} of memory is available: close to swapping or an OOM kill",
                    human(*host->available), human(*host->total));
    std::string uses;
    const auto use = [&](std::string_view name, const std::optional<Bytes>& bytes) {
        if (bytes && *bytes >= mib(64))
            uses += fmt::format("{}{} {}", uses.empty() ? "" : ", ", name, human(*bytes));
    };
    use("anonymous", host->anonymous);
    use("used", host->used);
    use("shared memory and tmpfs", host->shared);
    use("huge pages", host->huge_pages);
    use("slab", host->slab);
    use("page tables", host->page_tables);
    if (!uses.empty()) finding.evidence.push_back(fmt::format("Used by: {}.", uses));
    if (host->swap_total && *host->swap_total == Bytes()) {
        finding.evidence.emplace_back("No swap.");
    } else if (host->swap_total && host->swap_free) {
        finding.evidence.push_back(
            fmt::format("Swap: {} of {} free.", human(*host->swap_free), human(*host->swap_total)));
    }
    finding.remedies.push_back({"Find the largest processes", "ps -eo pid,rss,comm --sort=-rss | head"});
    finding.remedies.push_back({"See where a JVM's memory goes", "nmtx PID"});
    finding.refuted_by = "memory is available again a minute later (page cache was being written back)";
    return {finding};
}

}  // namespace nmtx::rule
