// `nmtx list`, and `nmtx` alone
#include <algorithm>
#include <array>
#include <string_view>

#include "platform/program/choose_process.h"
#include "platform/program/run.h"
#include "platform/terminal/terminal.h"
#include "report/verbs/list.h"

namespace nmtx {
namespace {

Expected<int> print_list(const Command& command, const std::vector<JvmSummary>& jvms) {
    if (command.json()) return done(print(json_list(jvms)));
    if (command.format == Format::csv) return print_csv(json_list(jvms), "");
    const Terminal terminal = look_at_terminal();
    ListShape shape;
    if (terminal.is_terminal) shape.width = terminal.width;
    shape.unicode = terminal.utf8;
    return done(print(text_list(jvms, shape)));
}

// Options that only apply to a report: there is none without a process.
bool wants_report(const Command& command) {
    constexpr std::array<std::string_view, 5> of_lists{"format", "json", "color", "quiet", "pager"};
    return std::any_of(command.given.begin(), command.given.end(), [&](const std::string& option) {
        return std::find(of_lists.begin(), of_lists.end(), option) == of_lists.end();
    });
}

}  // namespace

Expected<int> run_list(const Command& command) {
    const auto jvms = listed_jvms();
    if (!jvms) return tl::make_unexpected(jvms.error());
    return print_list(command, *jvms);
}

// On a terminal the only JVM is reported on, and of several one is chosen; anywhere else they are listed.
Expected<int> run_choose(const Command& command) {
    const auto jvms = listed_jvms();
    if (!jvms) return tl::make_unexpected(jvms.error());
    if (command.format != Format::text || command.pager || !can_ask() || jvms->empty()) {
        if (wants_report(command))
            return failure("", "which process?", "usage: nmtx PID; nmtx list shows the JVMs");
        return print_list(command, *jvms);
    }
    std::optional<ChosenProcess> process = ChosenProcess{jvms->front().pid, jvms->front().start_ticks};
    if (jvms->size() > 1) {
        auto answer = ask_which(*jvms);
        if (!answer) return tl::make_unexpected(answer.error());
        process = *answer;
    }
    if (!process) return 0;
    Command report = command;
    report.verb = Verb::reconcile;
    report.target.pid = process->pid;
    report.target.start_ticks = process->start_ticks;
    return run_reconcile(report);
}

}  // namespace nmtx
