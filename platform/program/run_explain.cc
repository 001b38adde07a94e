// `nmtx explain [FILE…|-]`: reads no process.
#include <algorithm>

#include "pasted/parts/pasted.h"
#include "platform/os/own_memory.h"
#include "platform/proc/input_file.h"
#include "platform/program/run.h"
#include "report/explain/explain_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_pasted_bytes = std::size_t{1} << 30U;

Expected<std::vector<PastedInput>> read_inputs(const std::vector<std::string>& files) {
    std::vector<PastedInput> inputs;
    std::size_t left = most_pasted_bytes;
    for (const std::string& file : files) {
        auto text = read_input(file, left);
        if (!text) return tl::make_unexpected(text.error());
        left -= std::min(left, text->size());
        inputs.push_back({file == "-" ? "standard input" : file, std::move(*text)});
    }
    return inputs;
}

// Of every moment of every process.
std::vector<Finding> all_findings(const Explanation& explanation) {
    std::vector<Finding> all;
    for (const ExplainedProcess& process : explanation.processes) {
        for (const ExplainedMoment& moment : process.moments) {
            const auto& found = moment.account ? moment.account->judged.findings : moment.findings;
            all.insert(all.end(), found.begin(), found.end());
        }
    }
    return all;
}

}  // namespace

Expected<int> run_explain(const Command& command) {
    give_large_pieces_back();
    auto inputs = read_inputs(command.files);
    if (!inputs) return tl::make_unexpected(inputs.error());
    const Explanation explanation = explanation_of(std::move(*inputs));
    const ReportOptions options{command.all, command.maps};
    const TextStyle style = style_of_stdout(command);
    const auto printed = print(command.json()  ? json_explain(explanation)
                               : command.quiet ? explain_verdicts(explanation, style)
                                               : explain_text(explanation, options, style));
    if (!printed) return tl::make_unexpected(printed.error());
    if (!understood_something(explanation.pasted)) return exit_undecided;
    return exit_code_of(command, all_findings(explanation));
}

}  // namespace nmtx
