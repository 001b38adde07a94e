// `nmtx watch PID`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_watch(const Command& command) {
    if (command.nmt_file)
        return usage("--nmt FILE is one snapshot, 'nmtx watch' takes many", "leave it out, or --nmt off");
    if (command.every < std::chrono::milliseconds(200) || command.every > std::chrono::hours(1))
        return usage("--every is from 200ms to 1h for 'nmtx watch'");
    return {};
}

}  // namespace

VerbEntry watch() {
    VerbEntry entry{.verb = Verb::watch, .name = "watch"};
    entry.group = VerbGroup::look;
    entry.summary = "Live view (like top), with deltas";
    entry.operands = "PID|NAME";
    entry.subject = Subject::process;
    entry.options = joined({{{"every", "time between refreshes (default: 5s)"},
                             {"malloc", "auto: walk malloc's chunks at every refresh"},
                             {"malloc-limit"},
                             {"owners"},
                             {"effort", "how much to query the JVM (default: least)"},
                             {"attach"},
                             {"attach-timeout"},
                             {"nmt", "off: do not use NMT"}},
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"color"}}});
    entry.formats = {Format::text, Format::json};
    entry.details =
        "Keys: ? shows all of them, / filters, Enter explains a row, c saves a snapshot, q ends it. --json "
        "writes one object a refresh, each on a line of its own (NDJSON), and needs no terminal.";
    entry.examples = {{"nmtx watch 4711", ""},
                      {"nmtx watch tomcat --every 1s", "every second"},
                      {"nmtx watch 4711 --json", "for programs"}};
    entry.check = check_watch;
    return entry;
}

}  // namespace nmtx::verb
