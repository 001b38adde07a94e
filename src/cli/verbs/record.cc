// `nmtx record PID -o FILE.db`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_record(const Command& command) {
    if (command.output.empty()) return lacks(record(), "-o FILE.db");
    if (command.output == "-")
        return usage("a recording cannot be written to standard output", "usage: " + usage_of(record()));
    if (command.nmt_file)
        return usage("--nmt FILE is one snapshot, a recording has many", "leave it out, or --nmt off");
    return check_evidence(command);
}

}  // namespace

VerbEntry record() {
    VerbEntry entry{.verb = Verb::record, .name = "record"};
    entry.group = VerbGroup::grow;
    entry.summary = "Record samples for hours or months, cheaply";
    entry.operands = "PID|NAME|--all";
    entry.usage = "-o FILE.db";
    entry.subject = Subject::process;
    entry.options = joined({{{"output", "the recording; an existing one is added to"},
                             {"all", "record every JVM of this host"},
                             {"every"},
                             {"for"},
                             {"walk-every"},
                             {"wait"},
                             {"owners"},
                             {"malloc"},
                             {"malloc-limit"}},
                            option_set::evidence(),
                            option_set::asking(),
                            option_set::choosing(),
                            {{"quiet", "show no progress, no closing notes"}}});
    entry.details =
        "A full sample also queries addresses and walks malloc's chunks. --walk-every auto, the "
        "default, takes as many as cost 0.1 % of the time, or up to 24 with --for.";
    entry.examples = {{"nmtx record 4711 -o app.db", "until Ctrl-C"},
                      {"nmtx record 4711 -o app.db --every 1m --for 7d", "a week"},
                      {"nmtx record --all -o host.db", "also JVMs that start later"},
                      {"nmtx record 4711 -o app.db --when 'usage 90%' --evidence /var/tmp/ev", ""}};
    entry.check = check_record;
    return entry;
}

}  // namespace nmtx::verb
