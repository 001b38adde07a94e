// `nmtx fit PID|FILE --limit SIZE`.
#include "account/account.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "process/process_reader.h"
#include "report/verbs/fit_report.h"

namespace nmtx {

Expected<int> run_fit(const Command& command) {
    const auto process =
        open_either(command, ReconciliationPlan({command.effort, command.nmt}, command.malloc));
    if (!process) return tl::make_unexpected(process.error());
    const auto account = account_of(process->view, {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    const auto fit = fit_heap(account->moment, command.limit);
    if (!fit) return tl::make_unexpected(fit.error());
    const ProcessView& view = process->view;
    const auto printed =
        print(command.json() ? json_fit(view, *fit) : fit_text(view, *fit, style_of_stdout(command)));
    if (!printed) return tl::make_unexpected(printed.error());
    return fit->heap ? 0 : exit_found;
}

}  // namespace nmtx
