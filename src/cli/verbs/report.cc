// `nmtx report FILE`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_report(const Command& command) {
    if (!command.history.empty() && command.redact)
        return usage("--redact does not cover the recording in this report",
                     "nmtx ticket FILE --record FILE.db --redact -o DIR");
    return check_history(command);
}

}  // namespace

VerbEntry report() {
    VerbEntry entry{.verb = Verb::report, .name = "report"};
    entry.group = VerbGroup::share;
    entry.summary = "Show the report from a saved snapshot";
    entry.operands = "FILE";
    entry.subject = Subject::file;
    entry.options = joined({{{"all"}, {"maps"}, {"redact"}, {"fail-on"}, {"quiet", "print only the verdict"}},
                            option_set::history(),
                            {{"format"}, {"json"}, {"csv"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv, Format::markdown};
    entry.examples = {{"nmtx report app.nmtx", ""},
                      {"nmtx report app.nmtx --all", "every row"},
                      {"nmtx report app.nmtx --format markdown", "to paste into an issue"}};
    entry.exits = {{3, "--fail-on met"}};
    entry.check = check_report;
    return entry;
}

}  // namespace nmtx::verb
