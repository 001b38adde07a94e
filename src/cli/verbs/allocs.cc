// `nmtx allocs PID`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_allocs(const Command& command) {
    if (command.record.length &&
        (*command.record.length < std::chrono::seconds(1) || *command.record.length > std::chrono::hours(24)))
        return usage("--for is from 1s to 24h for 'nmtx allocs'");
    if (command.output.empty()) return {};
    return profile_form(command.output).map([](ProfileForm) {});
}

}  // namespace

VerbEntry allocs() {
    VerbEntry entry{.verb = Verb::allocs, .name = "allocs"};
    entry.group = VerbGroup::look;
    entry.summary = "What allocates native memory from now on, by stack";
    entry.operands = "PID|NAME";
    entry.subject = Subject::process;
    entry.options = joined({{{"for", "sample for TIME (default: 30s); Ctrl-C ends it early"},
                             {"live"},
                             {"free"},
                             {"budget"},
                             {"output", "also write FILE.html, FILE.collapsed or FILE.pb.gz"},
                             {"force"},
                             {"all", "also calls from libjvm.so; every site, whole stacks"}},
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"csv"}, {"quiet"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.details =
        "Samples calls of malloc and its relatives by uprobes, in short windows, so that the target pays no more "
        "than the budget: no agent, no BPF, no restart. Needs CAP_SYS_ADMIN or root. --live costs more for each call: "
        "it also records the address of each block and looks at the end whether it is still in use (glibc). --free watches "
        "blocks until their window ends, so it shows lives shorter than that. "
        "FILE.html is a flame graph, FILE.pb.gz is for pprof, FILE.collapsed (in bytes) for other viewers.";
    entry.examples = {{"nmtx allocs 4711 --for 60s", "the sites that allocate most"},
                      {"nmtx allocs 4711 --live -o leak.html", "what stays, as a flame graph"},
                      {"nmtx allocs 4711 --budget 0.5%", "cheaper, with wider intervals"}};
    entry.check = check_allocs;
    return entry;
}

}  // namespace nmtx::verb
