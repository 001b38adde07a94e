// `nmtx threads PID|FILE`
#include <fmt/format.h>

#include "account/account.h"
#include "base/printable.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "report/threads/threads_report.h"

namespace nmtx {
namespace {

Expected<void> print_threads(const Command& command, const ProcessView& view) {
    if (!view.tasks)
        return failure(command.target.file.empty() ? fmt::format("pid {}", command.target.pid)
                                                   : printable(command.target.file),
                       "its threads could not be read", "see what is missing: nmtx report FILE --all");
    const auto account = account_of(view, {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    if (command.format == Format::csv)
        return print_csv(json_threads(view, *account->threads, command.threads), "/threads").map([](int) {});
    const ReportOptions options{command.all, command.maps};
    return print(command.json() ? json_threads(view, *account->threads, command.threads)
                                : threads_report(view, *account->threads, command.threads, options,
                                                 style_of_stdout(command)));
}

}  // namespace

// The stacks are the ledger's; malloc's chunks are of no interest here.
Expected<int> run_threads(const Command& command) {
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    const auto process = open_either(
        command, ReconciliationPlan({command.effort, command.nmt}, no_walk, true, thread_questions(command)));
    if (!process) return tl::make_unexpected(process.error());
    return done(print_threads(command, process->view));
}

}  // namespace nmtx
