// Files that are written.
#include "cli/options/option_values.h"
#include "cli/options/options.h"

namespace nmtx::option {
namespace {

Expected<void> take_output(const std::string& text, Command& command) {
    return word_of("output", text).map([&](std::string file) { command.output = std::move(file); });
}

Expected<void> take_force(const std::string&, Command& command) {
    command.force = true;
    return {};
}

Expected<void> take_redact(const std::string&, Command& command) {
    command.redact = true;
    return {};
}

}  // namespace

std::vector<OptionEntry> keeping() {
    return {
        {.name = "output",
         .letter = 'o',
         .value = "FILE",
         .text = "also save the snapshot in FILE",
         .take = take_output,
         .offer = Offer::files},
        {.name = "force", .text = "replace FILE if it exists", .take = take_force},
        {.name = "redact", .text = "replace identifying names with placeholders", .take = take_redact},
    };
}

}  // namespace nmtx::option
