#include "cli/parse/scan.h"

#include <algorithm>

#include "cli/options/options.h"

namespace nmtx {
namespace {

bool takes_next_word(const std::string& word) {
    if (word.starts_with("--")) {
        const OptionEntry* option = option_named(std::string_view(word).substr(2));
        return option != nullptr && !option->value.empty();
    }
    const auto& all = all_options();
    return word.size() == 2 && std::any_of(all.begin(), all.end(), [&](const OptionEntry& option) {
               return option.letter == word[1] && !option.value.empty();
           });
}

}  // namespace

std::vector<std::string> with_implied_values(std::vector<std::string> arguments) {
    const auto behind = std::find(arguments.begin(), arguments.end(), "--");
    for (auto word = arguments.begin(); word != behind; ++word) {
        if (!word->starts_with("--")) continue;
        const OptionEntry* option = option_named(std::string_view(*word).substr(2));
        if (option == nullptr || option->implied.empty()) continue;
        const auto words = option->words();
        const bool valued =
            word + 1 != behind && std::find(words.begin(), words.end(), word[1]) != words.end();
        if (!valued) *word += "=" + std::string(option->implied);
    }
    return arguments;
}

Scan scan(const std::vector<std::string>& arguments) {
    Scan seen;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--") {
            if (!seen.first && i + 1 < arguments.size()) seen.first = arguments[i + 1];
            break;
        }
        if (word.size() < 2 || word.front() != '-') {
            if (!seen.first) seen.first = word;
            continue;
        }
        seen.help = seen.help || word == "--help" || word == "-h";
        seen.version = seen.version || word == "--version";
        if (takes_next_word(word)) ++i;
    }
    return seen;
}

}  // namespace nmtx
