// An allocator other than glibc's serves malloc: statements about arenas do not apply, and it has its own
// statistics. Or it is present next to glibc's, because a library loaded it.
#include <fmt/format.h>

#include "allocator/allocator_identity.h"
#include "base/printable.h"
#include "findings/knowledge/allocator_advice.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/allocators.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes other_allocator_least = mib(16);

std::string file_of(const ProcessView& view, std::string_view allocator) {
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.inode != 0 && allocator_of_file(mapping.name) == allocator)
            return printable(mapping.name);
    }
    return "";
}

void add_file(Finding& finding, const ProcessView& view, std::string_view allocator) {
    if (const std::string file = file_of(view, allocator); !file.empty())
        finding.evidence.push_back(fmt::format("Mapped: {} (smaps).", file));
}

// Brought by a library that uses it by itself, beside glibc's.
std::vector<Finding> also_present(const FindingInput& input, const std::string& allocator,
                                  const AllocatorAdvice& advice) {
    const Bytes resident = input.ledger.resident_of(path_below(owner_path::malloc, allocator));
    if (resident < other_allocator_least) return {};
    Finding finding;
    finding.confidence = Confidence::low;
    finding.bytes = resident;
    finding.outside_nmt = true;
    finding.title = fmt::format("{} may belong to {}, loaded beside glibc (which serves malloc)",
                                human(resident), printable(allocator));
    add_file(finding, input.view, advice.allocator);
    finding.evidence.push_back(
        "The JVM's blocks are in glibc's arenas (found by the walk), so a library brought "
        "the other allocator for itself.");
    finding.evidence.push_back(
        fmt::format("nmtx cannot recognise its blocks: {} is anonymous, writable and has no other owner.",
                    human(resident)));
    finding.evidence.emplace_back(advice.text);
    finding.remedies.push_back({std::string(advice.what), std::string(advice.command)});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the allocator's own statistics show less (then other code mapped the rest)";
    return {std::move(finding)};
}

}  // namespace

std::vector<Finding> other_allocator(const FindingInput& input) {
    if (!input.view.smaps) return {};
    const std::string allocator = serving_allocator(input.view);
    const std::string beside = headerless_allocators(input.view);
    const bool glibc_serves = allocator == "glibc";
    const AllocatorAdvice* const advice = advice_on_allocator(glibc_serves ? beside : allocator);
    if (advice == nullptr) return {};
    if (glibc_serves) return also_present(input, beside, *advice);
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} serves malloc, not glibc: restart with {} for statistics",
                                printable(allocator), advice->command);
    add_file(finding, input.view, advice->allocator);
    if (input.ledger.malloc.resident != Bytes())
        finding.evidence.push_back(
            fmt::format("malloc's mappings hold {} resident, as far as they can be identified.",
                        human(input.ledger.malloc.resident)));
    finding.evidence.emplace_back(advice->text);
    finding.remedies.push_back({std::string(advice->what), std::string(advice->command)});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the program calls this library by its own functions, and glibc serves malloc";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
