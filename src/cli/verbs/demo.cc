// `nmtx demo`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

constexpr std::size_t most_demo_words = 100;

Expected<void> take_demo(const std::vector<std::string>& operands, Command& command) {
    command.demo_arguments = operands;
    return {};
}

}  // namespace

VerbEntry demo() {
    VerbEntry entry{.verb = Verb::demo, .name = "demo"};
    entry.group = VerbGroup::more;
    entry.summary = "Start a small JVM with a known leak and report on it";
    entry.operands = "[-- ARGUMENT…]";
    entry.most = most_demo_words;
    entry.options = joined({{{"all"}, {"maps"}, {"output"}, {"force"}},
                            option_set::asking(),
                            {{"format"}, {"json"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json};
    entry.examples = {{"nmtx demo", ""}, {"nmtx demo -- leak=1000x64 threads=10", "another leak"}};
    entry.take = take_demo;
    entry.check = check_output_is_file;
    return entry;
}

}  // namespace nmtx::verb
