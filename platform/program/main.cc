// The program: connects src/ with platform/, one function per verb (run_VERB.cc).
#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/parse/parse.h"
#include "platform/os/last_resort.h"
#include "platform/os/own_memory.h"
#include "platform/program/choose_process.h"
#include "platform/program/run.h"
#include "platform/program/run_rights.h"

namespace nmtx {
namespace {

using Run = Expected<int> (*)(const Command&);

Run run_of(Verb verb) {
    switch (verb) {
        case Verb::choose:
            return run_choose;
        case Verb::list:
            return run_list;
        case Verb::doctor:
            return run_doctor;
        case Verb::help:
            return run_help;
        case Verb::completion:
            return run_completion;
        case Verb::version:
            return run_version;
        case Verb::reconcile:
            return run_reconcile;
        case Verb::capture:
            return run_capture;
        case Verb::report:
            return run_report;
        case Verb::demo:
            return run_demo;
        case Verb::malloc:
            return run_malloc;
        case Verb::peek:
            return run_peek;
        case Verb::threads:
            return run_threads;
        case Verb::stacks:
            return run_stacks;
        case Verb::allocs:
            return run_allocs;
        case Verb::diff:
            return run_diff;
        case Verb::nmt:
            return run_nmt;
        case Verb::record:
            return run_record;
        case Verb::serve:
            return run_serve;
        case Verb::trend:
            return run_trend;
        case Verb::gate:
            return run_gate;
        case Verb::glossary:
            return run_glossary;
        case Verb::fit:
            return run_fit;
        case Verb::watch:
            return run_watch;
        case Verb::ticket:
            return run_ticket;
        case Verb::explain:
            return run_explain;
    }
    return run_help;
}

int complain(const Error& error, int exit_code) {
    std::fputs(("nmtx: " + to_string(error) + "\n").c_str(), stderr);
    return exit_code;
}

int run(const std::vector<std::string>& arguments) {
    auto command = parse_command(arguments);
    if (!command) return complain(command.error(), exit_usage);
    // Names are looked up among processes, with the rights for that; a file that one stands for needs fewer.
    drop_privileges(needs_of(*command));
    if (auto found = choose_targets(*command); !found) return complain(found.error(), 1);
    if (auto checked = check_command(*command); !checked) return complain(checked.error(), exit_usage);
    drop_privileges(needs_of(*command));
    const auto pager = pager_for(*command);
    if (!pager) return complain(pager.error(), 1);
    if (const auto work = file_work_of(*command)) confine_to_files(*work);
    const auto done = run_of(command->verb)(*command);
    return done ? *done : complain(done.error(), 1);
}

}  // namespace
}  // namespace nmtx

int main(int argc, char** argv) {
    return nmtx::with_last_resort([&] {
        nmtx::keep_heap_in_one_piece();
        return nmtx::run({argv + (argc > 0 ? 1 : 0), argv + argc});
    });
}
