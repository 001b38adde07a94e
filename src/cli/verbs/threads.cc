// `nmtx threads PID|FILE`
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {

VerbEntry threads() {
    VerbEntry entry{.verb = Verb::threads, .name = "threads"};
    entry.group = VerbGroup::look;
    entry.summary = "Top threads by CPU with stack memory";
    entry.operands = "PID|NAME|FILE";
    entry.subject = Subject::process_or_file;
    entry.options = joined({{{"interval", "CPU time over TIME (default: 1s; 0: since start)"},
                             {"sort"},
                             {"top"},
                             {"thread"},
                             {"stacks"},
                             {"stack-of"},
                             {"dump"},
                             {"all"},
                             {"output"},
                             {"force"}},
                            option_set::asking(),
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"csv"}, {"quiet"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.details =
        "The ten busiest threads are stopped for a moment, one at a time, to see what they do; "
        "--stacks=none stops none. Only --dump needs a safepoint.";
    entry.examples = {{"nmtx threads 4711", "the busiest threads"},
                      {"nmtx threads 4711 --stacks=3", "with the stacks of the 3 busiest"},
                      {"nmtx threads 4711 --dump", "with locks and deadlocks"},
                      {"nmtx threads 4711 --sort stack --top 20", "the largest stacks"}};
    entry.check = check_output_is_file;
    return entry;
}

}  // namespace nmtx::verb
