// `nmtx PID`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_pid(const Command& command) {
    if (auto checked = check_output_is_file(command); !checked) return checked;
    return check_history(command);
}

}  // namespace

VerbEntry pid() {
    VerbEntry entry{.verb = Verb::reconcile, .name = "PID"};
    entry.group = VerbGroup::look;
    entry.summary = "Where a JVM's memory (RSS) goes: heap, JVM, malloc, files";
    entry.operands = "PID|NAME";
    entry.subject = Subject::process;
    entry.options = joined({{{"all"},
                             {"maps"},
                             {"interval"},
                             {"dump"},
                             {"output"},
                             {"force"},
                             {"fail-on"},
                             {"quiet", "print only the verdict"}},
                            option_set::history(),
                            option_set::walking(),
                            option_set::asking(),
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"csv"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv, Format::markdown};
    entry.examples = {{"nmtx 4711", "the JVM with this process ID"},
                      {"nmtx tomcat --all", "by main class or jar name"},
                      {"nmtx --container web --fail-on problem", "for a health check"}};
    entry.exits = {{3, "--fail-on met"}};
    entry.check = check_pid;
    return entry;
}

}  // namespace nmtx::verb
