// `nmtx gate PID|FILE --baseline FILE --max-growth SIZE`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_gate(const Command& command) {
    if (command.record.baseline.empty()) return lacks(gate(), "--baseline FILE");
    if (!command.record.max_growth) return lacks(gate(), "--max-growth SIZE");
    return check_output_is_file(command);
}

}  // namespace

VerbEntry gate() {
    VerbEntry entry{.verb = Verb::gate, .name = "gate"};
    entry.group = VerbGroup::grow;
    entry.summary = "Exit 3 if memory grew more than --max-growth (for CI)";
    entry.operands = "PID|NAME|FILE";
    entry.usage = "--baseline FILE --max-growth SIZE";
    entry.subject = Subject::process_or_file;
    entry.options = joined({{{"baseline"}, {"max-growth"}, {"owner"}, {"output"}, {"force"}},
                            option_set::walking(),
                            option_set::asking(),
                            option_set::choosing(),
                            {{"quiet", "print only whether it passed"}, {"color"}}});
    entry.examples = {{"nmtx capture 4711 -o before.nmtx", "first"},
                      {"nmtx gate 4711 --baseline before.nmtx --max-growth 50m", "later"},
                      {"nmtx gate app.db --baseline before.nmtx --max-growth 1G", "last sample"}};
    entry.exits = {{1, "error, or cannot be decided"}, {3, "grew too much"}};
    entry.check = check_gate;
    return entry;
}

}  // namespace nmtx::verb
