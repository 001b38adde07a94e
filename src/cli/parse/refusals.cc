#include "cli/parse/refusals.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/closest.h"
#include "cli/options/options.h"
#include "cli/parse/parse.h"
#include "cli/usage.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

constexpr std::size_t most_verbs_named = 3;

// What other programs, and earlier versions, call it.
constexpr std::array former_names{std::pair{std::string_view("scale"), std::string_view("unit")},
                                  std::pair{std::string_view("colour"), std::string_view("color")},
                                  std::pair{std::string_view("regex"), std::string_view("match")}};

// The option that was probably meant: one of this verb rather than one of another.
std::string_view meant_option(std::string_view name, const VerbEntry& entry) {
    for (const auto& [former, now] : former_names) {
        if (former == name) return now;
    }
    std::vector<std::string_view> own{"help", "version"}, any;
    for (const OptionUse& use : entry.options) own.push_back(use.name);
    for (const OptionEntry& option : all_options()) any.push_back(option.name);
    const std::string_view here = closest(name, own);
    return here.empty() ? closest(name, any) : here;
}

const OptionEntry* option_typed(std::string_view typed) {
    if (typed.starts_with("--")) return option_named(typed.substr(2));
    for (const OptionEntry& option : all_options()) {
        if (option.letter != 0 && typed.size() == 2 && typed[1] == option.letter) return &option;
    }
    return nullptr;
}

}  // namespace

std::string listed(const std::vector<std::string>& words, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
        text += words[i];
    }
    return text;
}

tl::unexpected<Error> refused_option(std::string_view typed, const VerbEntry& entry) {
    const OptionEntry* option = option_typed(typed);
    if (option == nullptr) {
        const std::string_view meant = typed.starts_with("--") ? meant_option(typed.substr(2), entry) : "";
        return usage(meant.empty() ? fmt::format("unknown option {}", typed)
                                   : fmt::format("unknown option {}. Did you mean --{}?", typed, meant));
    }
    std::vector<std::string> takers;
    for (const VerbEntry& other : all_verbs()) {
        if (other.takes(option->name)) takers.push_back(fmt::format("'{}'", title_of(other)));
    }
    if (takers.size() <= most_verbs_named)
        return usage(fmt::format("{} only applies to {}", typed, listed(takers, "and")));
    return usage(fmt::format("{} does not apply to '{}'", typed, title_of(entry)));
}

Error unknown_command(std::string_view word) {
    std::vector<std::string_view> names;
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb != Verb::reconcile) names.push_back(entry.name);
    }
    const std::string_view meant = closest(word, names);
    const std::string what = fmt::format("unknown command '{}'", word);
    if (meant.empty()) return {"", what, "nmtx --help lists the commands, nmtx list the JVMs"};
    return {"", what + fmt::format(". Did you mean '{}'?", meant), ""};
}

}  // namespace nmtx
