// `nmtx capture PID -o FILE`
#include <fmt/format.h>

#include <cstdio>

#include "base/printable.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/program/run.h"

namespace nmtx {

Expected<int> run_capture(const Command& command) {
    ReconciliationPlan plan({command.effort, command.nmt}, command.malloc, command.measure_threads,
                            thread_questions(command));
    auto evidence = capture_of(command, command.target.pid, plan);
    if (!evidence) return tl::make_unexpected(evidence.error());
    const Capture capture = redacted(command, std::move(*evidence));
    if (auto written = write_capture(command, capture); !written) return tl::make_unexpected(written.error());
    if (command.output == "-" || command.quiet) return 0;
    std::fputs(fmt::format("nmtx: {} written: {} documents, {} missing. Read it with: nmtx report {}\n",
                           printable(command.output), capture.documents().size(),
                           capture.missing_documents().size(), printable(command.output))
                   .c_str(),
               stderr);
    return 0;
}

}  // namespace nmtx
