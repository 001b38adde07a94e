// `nmtx PID`, `nmtx malloc`, `nmtx report`: a process or a capture to the printed report.
#include <optional>
#include <string>
#include <utility>

#include "account/account.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/os/clock.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "report/parts/verdict_text.h"
#include "report/reconciliation/report.h"
#include "report/style/csv.h"
#include "report/ticket/ticket.h"

namespace nmtx {
namespace {

// Whose cost a report tells: that of a capture until its evidence was there, or of this run to its end.
enum class CostOf { capture, this_run };

bool is_of_malloc(const Command& command) {
    return command.verb == Verb::malloc && !command.json();
}

// The account in the form that is asked for.
Expected<std::string> text_of(const Command& command, const Account& account,
                              const std::optional<Trend>& record) {
    const ReportOptions options{command.all, command.maps};
    const TextStyle style = style_of_stdout(command);
    switch (command.format) {
        case Format::json:
            return json_report(account);
        case Format::csv:
            return csv_of(json_report(account), is_of_malloc(command) ? "/malloc/untracked" : "/owners");
        case Format::markdown:
            return markdown_report(ticket_of(account, record));
        case Format::text:
            break;
    }
    if (is_of_malloc(command)) return malloc_report(account.moment, options, style);
    return command.quiet ? verdict_text(account.judged, style) : text_report(account, options, style);
}

// What was printed.
Expected<Account> print_report(const Command& command, const ProcessView& view,
                               CostOf cost = CostOf::capture) {
    auto recorded = recorded_history(command, view);
    if (!recorded) return tl::make_unexpected(recorded.error());
    auto account = account_of(view, {*recorded ? &**recorded : nullptr, {}, !is_of_malloc(command)});
    if (!account) return account;
    std::optional<Trend> record;
    if (*recorded) record.emplace().runs.push_back(**recorded);
    const double before = own_cpu_ms();
    auto text = text_of(command, *account, record);
    if (cost == CostOf::this_run) {
        // What the report took is known once there is one; the second takes as long as the first.
        ProcessView told = view;
        const double after = own_cpu_ms();
        told.header.cost.cpu_ms = after + (after - before);
        account->moment.view = &told;
        text = text_of(command, *account, record);
        account->moment.view = &view;
    }
    if (!text) return tl::make_unexpected(text.error());
    if (auto printed = print(*text); !printed) return tl::make_unexpected(printed.error());
    return account;
}

}  // namespace

Expected<Reported> reconcile_live(const Command& command, std::uint64_t pid) {
    const auto process = open_process(command, pid,
                                      ReconciliationPlan({command.effort, command.nmt}, command.malloc,
                                                         command.measure_threads, thread_questions(command)));
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
