// Another allocator than glibc's serves malloc: what is said of arenas does not hold, and it has figures of
// its own.
#include <fmt/format.h>

#include "allocator/allocator_identity.h"
#include "base/printable.h"
#include "findings/allocator_advice.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// By the walk, which has seen whether glibc's arenas hold anything; else by what is mapped.
std::string allocator_of(const ProcessView& view) {
    if (view.malloc_walk && !view.malloc_walk->allocator.empty()) return view.malloc_walk->allocator;
    std::vector<std::string_view> names;
    for (const Mapping& mapping : view.smaps->mappings) names.push_back(mapping.name);
    return identify_allocator(names).name();
}

std::string file_of(const ProcessView& view, std::string_view allocator) {
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.inode != 0 && allocator_of_file(mapping.name) == allocator)
            return printable(mapping.name);
    }
    return "";
}

}  // namespace

std::vector<Finding> other_allocator(const FindingInput& input) {
    if (!input.view.smaps) return {};
    const std::string allocator = allocator_of(input.view);
    const AllocatorAdvice* const advice = advice_on_allocator(allocator);
    if (advice == nullptr) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} serves malloc: what is said of glibc's arenas does not hold here. {}",
                                printable(allocator), advice->text.substr(0, advice->text.size() - 1));
    if (const std::string file = file_of(input.view, advice->allocator); !file.empty())
        finding.evidence.push_back(fmt::format("Mapped: {} (smaps).", file));
    if (input.ledger.malloc.resident != Bytes())
        finding.evidence.push_back(
            fmt::format("malloc's mappings hold {} resident, as far as they are told from others'.",
                        human(input.ledger.malloc.resident)));
    finding.refuted_by =
        "A program that calls the library by its own functions, and malloc of glibc beside it.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
