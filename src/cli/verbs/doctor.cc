// `nmtx doctor [PID]`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {

VerbEntry doctor() {
    VerbEntry entry{.verb = Verb::doctor, .name = "doctor"};
    entry.group = VerbGroup::more;
    entry.summary = "What this user may do here, and what helps";
    entry.operands = "[PID|NAME]";
    entry.subject = Subject::process;
    entry.subject_optional = true;
    entry.options = joined({option_set::choosing(), {{"format"}, {"json"}, {"color"}}});
    entry.formats = {Format::text, Format::json};
    entry.details = "Tries what a report needs. Nothing is asked of the JVM, and nothing is left behind.";
    entry.examples = {{"nmtx doctor", "on this host"}, {"nmtx doctor 4711", "for a report of one process"}};
    entry.exits = {{1, "no report is possible"}};
    return entry;
}

}  // namespace nmtx::verb
