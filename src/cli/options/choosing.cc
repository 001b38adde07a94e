// Which process.
#include <fmt/format.h>

#include <utility>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"

namespace nmtx::option {

std::vector<OptionEntry> choosing() {
    return {
        {.name = "container",
         .value = "NAME",
         .text = "the JVM in this container (name or ID prefix)",
         .take = [](const std::string& text, Command& command) -> Expected<void> {
             return word_of("container", text).map([&](std::string name) {
                 command.target.container = std::move(name);
             });
         },
         .offer = Offer::containers},
        {.name = "match",
         .value = "REGEX",
         .text = "the JVM whose command line matches",
         .take = [](const std::string& text, Command& command) -> Expected<void> {
             if (text.empty()) return usage("--match is empty");
             if (const auto wrong = error_of_regex(text))
                 return usage(fmt::format("--match: '{}': {}", text, *wrong));
             command.target.match = text;
             return {};
         }},
    };
}

}  // namespace nmtx::option
