// `nmtx PID`, `nmtx malloc`, `nmtx report`: a process or a capture to the printed report.
#include <string>
#include <utility>

#include "account/account.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/os/clock.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "report/reconciliation/report.h"

namespace nmtx {
namespace {

// Whose cost a report tells: that of a capture until its evidence was there, or of this run to its end.
enum class CostOf { capture, this_run };

// What was printed.
Expected<Account> print_report(const Command& command, const ProcessView& view,
                               CostOf cost = CostOf::capture) {
    const ReportOptions options{command.all, command.maps};
    const TextStyle style = style_of_stdout(command);
    const auto recorded = recorded_history(command, view);
    if (!recorded) return tl::make_unexpected(recorded.error());
    const bool of_malloc = command.verb == Verb::malloc && !command.json();
    auto account = account_of(view, {*recorded ? &**recorded : nullptr, {}, !of_malloc});
    if (!account) return account;
    const auto text_of = [&](const Account& shown) {
        if (command.json()) return json_report(shown);
        return of_malloc ? malloc_report(shown.moment, options, style) : text_report(shown, options, style);
    };
    const double before = own_cpu_ms();
    std::string text = text_of(*account);
    if (cost == CostOf::this_run) {
        // What the report took is known once there is one; the second takes as long as the first.
        ProcessView told = view;
        const double after = own_cpu_ms();
        told.header.cost.cpu_ms = after + (after - before);
        account->moment.view = &told;
        text = text_of(*account);
        account->moment.view = &view;
    }
    if (auto printed = print(text); !printed) return tl::make_unexpected(printed.error());
    return account;
}

}  // namespace

Expected<Reported> reconcile_live(const Command& command, std::uint64_t pid) {
    const auto process = open_process(
        command, pid,
        ReconciliationPlan({command.effort, command.nmt}, command.malloc, command.measure_threads));
    if (!process) return tl::make_unexpected(process.error());
    // A capture that was kept has to give the same report again.
    const auto account =
        print_report(command, process->view, command.output.empty() ? CostOf::this_run : CostOf::capture);
    if (!account) return tl::make_unexpected(account.error());
    if (command.peek) {
        if (auto peeked = peek_at_blocks(command, account->moment); !peeked)
            return tl::make_unexpected(peeked.error());
    }
    return Reported{account->ledger().malloc, exit_code_of(command, account->judged.findings)};
}

Expected<int> run_reconcile(const Command& command) {
    return reconcile_live(command, command.target.pid).map([](const Reported& reported) {
        return reported.exit_code;
    });
}

// Of a capture, whichever the verb asks for.
Expected<int> run_report(const Command& command) {
    const auto process = open_file(command, command.target.file);
    if (!process) return tl::make_unexpected(process.error());
    const auto account = print_report(command, process->view);
    if (!account) return tl::make_unexpected(account.error());
    return exit_code_of(command, account->judged.findings);
}

Expected<int> run_malloc(const Command& command) {
    if (!command.target.file.empty()) return run_report(command);
    return run_reconcile(command);
}

}  // namespace nmtx
