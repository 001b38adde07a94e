// `nmtx explain [FILE…|-]`: no process is looked at.
#include <algorithm>

#include "change/diff_parts.h"
#include "findings/rules.h"
#include "pasted/pasted.h"
#include "platform/input_file.h"
#include "platform/run.h"
#include "report/explain_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30U;

Expected<std::vector<PastedInput>> read_inputs(const std::vector<std::string>& files) {
    std::vector<PastedInput> inputs;
    std::size_t left = most_bytes;
    for (const std::string& file : files) {
        auto text = read_input(file, left);
        if (!text) return tl::make_unexpected(text.error());
        left -= std::min(left, text->size());
        inputs.push_back({file == "-" ? "standard input" : file, std::move(*text)});
    }
    return inputs;
}

// From the first report of NMT's to the last one, where there are two.
std::optional<NmtChange> nmt_over_time(const PastedProcess& process) {
    const NmtReport* first = nullptr;
    const NmtReport* last = nullptr;
    for (const PastedMoment& moment : process.moments) {
        if (!moment.view.nmt) continue;
        if (first == nullptr) first = &*moment.view.nmt;
        last = &*moment.view.nmt;
    }
    if (first == last) return std::nullopt;
    return nmt_changes(*first, *last, CategoryAlignment({}, {}));
}

ExplainedMoment reconciled(const PastedMoment& moment) {
    ExplainedMoment explained;
    explained.moment = &moment;
    if (moment.reconcilable()) {
        auto ledger = reconcile(moment.view);
        if (ledger) {
            explained.ledger = std::move(*ledger);
        } else {
            explained.why_no_ledger = to_string(ledger.error());
        }
    }
    if (!explained.ledger) explained.findings = findings_of_logs(moment.view);
    return explained;
}

}  // namespace

Expected<void> run_explain(const Command& command) {
    auto inputs = read_inputs(command.files);
    if (!inputs) return tl::make_unexpected(inputs.error());
    Explanation explanation;
    explanation.pasted = read_pasted(std::move(*inputs));
    for (const PastedProcess& process : explanation.pasted.processes) {
        ExplainedProcess explained;
        explained.process = &process;
        for (const PastedMoment& moment : process.moments) explained.moments.push_back(reconciled(moment));
        explained.nmt = nmt_over_time(process);
        explanation.processes.push_back(std::move(explained));
    }
    const ReportOptions options{command.all, command.maps};
    return print(command.json ? json_explain(explanation)
                              : explain_text(explanation, options, style_of_stdout()));
}

}  // namespace nmtx
