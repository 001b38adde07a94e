// `nmtx fit PID|FILE --limit SIZE`.
#include "ledger/partition/reconcile.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/program/run.h"
#include "process/process_reader.h"
#include "report/verbs/fit_report.h"

namespace nmtx {
namespace {

Expected<int> print_fit(const Command& command, const ProcessView& view) {
    const auto ledger = reconcile(view);
    if (!ledger) return tl::make_unexpected(ledger.error());
    const auto fit = fit_heap(view, *ledger, command.limit);
    if (!fit) return tl::make_unexpected(fit.error());
    const auto printed = print(command.json ? json_fit(view, *fit) : fit_text(view, *fit, style_of_stdout()));
    if (!printed) return tl::make_unexpected(printed.error());
    return fit->heap ? 0 : exit_found;
}

}  // namespace

Expected<int> run_fit(const Command& command) {
    if (!command.file.empty()) {
        const auto evidence = read_capture(command.file);
        if (!evidence) return tl::make_unexpected(evidence.error());
        ProcessReader reader;
        if (auto read = reader.update(*evidence); !read) return tl::make_unexpected(read.error());
        return print_fit(command, reader.view());
    }
    ReconciliationPlan plan({command.effort, command.nmt}, command.malloc);
    const auto capture = capture_of(command, command.pid, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    if (!command.output.empty()) {
        if (auto written = write_capture(command, *capture); !written)
            return tl::make_unexpected(written.error());
    }
    return print_fit(command, plan.view());
}

}  // namespace nmtx
