// `nmtx glossary [NAME]`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

constexpr std::size_t most_words = 4;

// Names may be of several words: "java heap".
Expected<void> take_glossary_name(const std::vector<std::string>& operands, Command& command) {
    for (const std::string& word : operands)
        command.glossary_name += (command.glossary_name.empty() ? "" : " ") + word;
    return {};
}

}  // namespace

VerbEntry glossary() {
    VerbEntry entry{.verb = Verb::glossary, .name = "glossary"};
    entry.group = VerbGroup::more;
    entry.summary = "What a category or owner is, its bounds, known bugs";
    entry.operands = "[NAME]";
    entry.most = most_words;
    entry.options = {{"jdk"}, {"format"}, {"json"}, {"color"}, {"pager"}};
    entry.formats = {Format::text, Format::json};
    entry.examples = {{"nmtx glossary", "all names"},
                      {"nmtx glossary java heap", ""},
                      {"nmtx glossary gc --jdk 17", "only what applies to JDK 17"}};
    entry.take = take_glossary_name;
    return entry;
}

}  // namespace nmtx::verb
