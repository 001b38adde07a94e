#include "cli/verb_entry.h"

#include <fmt/format.h>

#include <algorithm>

namespace nmtx {

bool VerbEntry::takes(std::string_view option) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const OptionUse& use) { return use.name == option; });
}

std::string_view VerbEntry::value_of(const OptionEntry& option) const {
    const auto use = std::find_if(options.begin(), options.end(),
                                  [&](const OptionUse& one) { return one.name == option.name; });
    return use == options.end() || use->value.empty() ? option.value : use->value;
}

bool VerbEntry::has(Format format) const {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
}

std::string title_of(const VerbEntry& entry) {
    return fmt::format("nmtx {}", entry.name);
}

std::string usage_of(const VerbEntry& entry) {
    std::string text = entry.verb == Verb::reconcile ? "nmtx" : title_of(entry);
    for (const std::string_view part : {entry.operands, entry.usage}) {
        if (!part.empty()) text += fmt::format(" {}", part);
    }
    return text;
}

}  // namespace nmtx
