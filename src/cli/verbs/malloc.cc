// `nmtx malloc PID|FILE`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_malloc(const Command& command) {
    if (command.peek && command.format != Format::text)
        return usage("--peek shows memory contents, as text only", "leave out the format, or --peek");
    return check_output_is_file(command);
}

}  // namespace

VerbEntry malloc() {
    VerbEntry entry{.verb = Verb::malloc, .name = "malloc"};
    entry.group = VerbGroup::look;
    entry.summary = "What malloc holds: JVM, native libraries, freed";
    entry.operands = "PID|NAME|FILE";
    entry.subject = Subject::process_or_file;
    entry.options =
        joined({{{"owners"}, {"why"}, {"peek"}, {"all"}, {"malloc-limit"}, {"freeze"}, {"output"}, {"force"}},
                {{"effort", "how much to query the JVM (default: least, unless -o)"},
                 {"attach"},
                 {"attach-timeout"},
                 {"nmt"}},
                option_set::choosing(),
                {{"format"}, {"json"}, {"csv"}, {"quiet"}},
                option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.examples = {{"nmtx malloc 4711", "arenas, and what NMT does not track"},
                      {"nmtx malloc 4711 --owners", "what holds the blocks that NMT does not track"},
                      {"nmtx malloc 4711 --peek 1016", "what the leaked blocks contain"}};
    entry.check = check_malloc;
    return entry;
}

}  // namespace nmtx::verb
