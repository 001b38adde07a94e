// `nmtx trend FILE.db`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {

VerbEntry trend() {
    VerbEntry entry{.verb = Verb::trend, .name = "trend"};
    entry.group = VerbGroup::grow;
    entry.summary = "Find what is growing in a recording; is it a leak?";
    entry.operands = "FILE.db";
    entry.subject = Subject::file;
    entry.options = {{"window"},
                     {"run"},
                     {"warm-up"},
                     {"all"},
                     {"quiet", "print only the verdict"},
                     {"format"},
                     {"json"},
                     {"csv", "CSV output, one line per owner"},
                     {"color"},
                     {"pager"}};
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.examples = {{"nmtx trend app.db", ""},
                      {"nmtx trend app.db --window 24h", "the last day"},
                      {"nmtx trend app.db --csv > owners.csv", "for a spreadsheet"}};
    entry.exits = {{1, "error, or growth without a clear trend"}, {3, "leak found"}};
    return entry;
}

}  // namespace nmtx::verb
