// `nmtx capture PID -o FILE`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_capture(const Command& command) {
    if (command.output.empty()) return lacks(capture(), "-o FILE");
    return {};
}

}  // namespace

VerbEntry capture() {
    VerbEntry entry{.verb = Verb::capture, .name = "capture"};
    entry.group = VerbGroup::share;
    entry.summary = "Save a snapshot for offline analysis";
    entry.operands = "PID|NAME";
    entry.usage = "-o FILE";
    entry.subject = Subject::process;
    entry.options =
        joined({{{"output", "where to; - is standard output"}, {"force"}, {"redact"}, {"interval"}, {"dump"}},
                option_set::walking(),
                option_set::asking(),
                option_set::choosing(),
                {{"quiet", "show no progress, no closing notes"}}});
    entry.examples = {{"nmtx capture 4711 -o app.nmtx", ""},
                      {"nmtx capture 4711 -o - | ssh me@desk 'cat > app.nmtx'", "leave no file here"}};
    entry.check = check_capture;
    return entry;
}

}  // namespace nmtx::verb
