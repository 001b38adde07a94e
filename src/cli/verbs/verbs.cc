#include "cli/verbs/verbs.h"

#include <algorithm>

namespace nmtx {

const std::vector<VerbEntry>& all_verbs() {
    static const std::vector<VerbEntry> all{
        verb::pid(),    verb::malloc(), verb::threads(),    verb::stacks(),   verb::allocs(),
        verb::watch(),  verb::list(),   verb::record(),     verb::serve(),    verb::trend(),
        verb::diff(),   verb::gate(),   verb::ticket(),     verb::explain(),  verb::capture(),
        verb::report(), verb::fit(),    verb::peek(),       verb::glossary(), verb::nmt(),
        verb::doctor(), verb::demo(),   verb::completion(), verb::help(),     verb::version()};
    return all;
}

const VerbEntry* verb_named(std::string_view name) {
    const auto& all = all_verbs();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const VerbEntry& entry) { return entry.name == name; });
    return at == all.end() ? nullptr : &*at;
}

const VerbEntry& entry_of(Verb verb) {
    const auto& all = all_verbs();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const VerbEntry& entry) { return entry.verb == verb; });
    return at == all.end() ? all.front() : *at;  // choose: which process to report on
}

}  // namespace nmtx
