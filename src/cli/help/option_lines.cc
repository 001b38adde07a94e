#include "cli/help/option_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options/options.h"

namespace nmtx {

std::string value_of(const OptionEntry& option, const VerbEntry& entry) {
    if (option.name != "format") return std::string(entry.value_of(option));
    std::string value;
    for (const Format format : entry.formats)
        value += fmt::format("{}{}", value.empty() ? "" : "|", name_of(format));
    return value;
}

std::vector<OptionLine> option_lines(const VerbEntry& entry) {
    std::vector<OptionLine> lines;
    for (const OptionUse& use : entry.options) {
        const OptionEntry& option = *option_named(use.name);
        std::string left = option.letter == 0 ? "" : fmt::format("-{}, ", option.letter);
        left += fmt::format("--{}", option.name);
        const std::string value = value_of(option, entry);
        const bool may_lack = !option.implied.empty() && option.words().empty();
        if (!value.empty()) left += may_lack ? fmt::format("[={}]", value) : fmt::format(" {}", value);
        lines.push_back(
            {std::move(left), std::string(use.text.empty() ? option.text : use.text), option.common});
    }
    return lines;
}

std::vector<ExitCode> exit_codes(const VerbEntry& entry) {
    std::vector<ExitCode> codes{{0, "success"}, {1, "error"}, {2, "bad usage"}};
    for (const ExitCode& own : entry.exits) {
        const auto at = std::find_if(codes.begin(), codes.end(),
                                     [&](const ExitCode& usual) { return usual.code == own.code; });
        if (at != codes.end()) {
            at->what = own.what;
        } else {
            codes.push_back(own);
        }
    }
    return codes;
}

}  // namespace nmtx
