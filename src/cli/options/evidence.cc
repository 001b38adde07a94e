// Evidence that is taken when a condition is met.
#include <utility>

#include "cli/conditions.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"

namespace nmtx::option {
namespace {

constexpr Bytes least_evidence = mib(1);

Expected<void> take_when(const std::string& text, Command& command) {
    auto condition = parse_condition(text);
    if (!condition) return tl::make_unexpected(condition.error());
    command.evidence.when.push_back(std::move(*condition));
    return {};
}

Expected<void> take_evidence(const std::string& text, Command& command) {
    return word_of("evidence", text).map([&](std::string folder) {
        command.evidence.directory = std::move(folder);
    });
}

Expected<void> take_evidence_max(const std::string& text, Command& command) {
    const auto size = size_of("evidence-max", text);
    if (!size) return tl::make_unexpected(size.error());
    if (*size < least_evidence) return usage("--evidence-max " + text + " is too small: 1m or more");
    command.evidence.most = *size;
    return {};
}

}  // namespace

std::vector<OptionEntry> evidence() {
    return {
        {.name = "when",
         .value = "CONDITION",
         .text = "take evidence at 'usage 90%', 'rss 2g', 'growth 200m/10m', term or end",
         .take = take_when,
         .repeats = true},
        {.name = "evidence",
         .value = "DIR",
         .text = "where the evidence goes: capture and ticket",
         .take = take_evidence,
         .offer = Offer::files},
        {.name = "evidence-max",
         .value = "SIZE",
         .text = "keep at most SIZE, drop the oldest (default: 512m)",
         .take = take_evidence_max},
    };
}

}  // namespace nmtx::option
