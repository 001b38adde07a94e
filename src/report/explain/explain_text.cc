#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/printable.h"
#include "change/diff_parts.h"
#include "hotspot/nmt/nmt_since.h"
#include "report/explain/explain_parts.h"
#include "report/explain/explain_report.h"
#include "report/parts/findings_text.h"
#include "report/parts/verdict_text.h"
#include "report/reconciliation/report.h"
#include "threads/thread_table.h"

namespace nmtx {
namespace {

std::string process_title(const ExplainedProcess& process, const TextStyle& style) {
    const auto& pid = process.process->pid;
    return title(pid ? fmt::format("Process {}", *pid) : std::string("Input without a process id"), style) +
           "\n";
}

// Empty where the process has only one.
std::string snapshot_title(const ExplainedProcess& process, const ExplainedMoment& moment,
                           const TextStyle& style) {
    const std::size_t all = process.moments.size();
    const auto number = static_cast<std::size_t>(&moment - process.moments.data()) + 1;
    return all > 1 ? title(fmt::format("Snapshot {} of {}", number, all), style) + "\n" : "";
}

class ExplainText {
  public:
    ExplainText(const Explanation& explanation, const ReportOptions& options, const TextStyle& style)
        : explanation_(explanation), options_(options), style_(style) {}

    // The answer first, then what it was read from.
    std::string print() {
        const bool several = explanation_.processes.size() > 1;
        for (const ExplainedProcess& process : explanation_.processes) one_process(process, several);
        containers();
        diffs();
        out_ += explain_sites(explanation_.pasted, options_, style_);
        out_ += explain_parts(explanation_.pasted, options_, style_);
        out_ += explain_leftovers(explanation_.pasted, options_, style_);
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }

    // A report of a process has its container's figures.
    void containers() {
        for (const ExplainedProcess& process : explanation_.processes) {
            for (const ExplainedMoment& moment : process.moments) {
                if (moment.account && moment.moment->view.cgroup) return;
            }
        }
        constexpr std::size_t most = 20;
        const auto& all = explanation_.pasted.containers;
        const std::size_t shown = options_.all ? all.size() : std::min(most, all.size());
        std::string text;
        for (std::size_t i = 0; i < shown; ++i) text += container_statement(all[i], style_);
        if (shown < all.size())
            text += line(fmt::format("  … and {} more (--all)", all.size() - shown), style_);
        if (!text.empty()) out_ += text + "\n";
    }

    // The changes in each summary.diff of the paste.
    void diffs() {
        for (const PastedText& text : explanation_.pasted.texts) {
            for (const PastedPart& part : text.parts) {
                const auto* nmt = std::get_if<PastedNmt>(&part.contents);
                if (nmt == nullptr || !nmt->report.has_changes()) continue;
                const NmtChange change =
                    nmt_changes(at_baseline(nmt->report), nmt->report, CategoryAlignment({}, {}));
                out_ += title(fmt::format("Changed {} ({})",
                                          nmt->of_unix_diff ? "from the first report to the second"
                                                            : "since the baseline",
                                          lines_of(part.part.first_line(), part.part.last_line())),
                              style_) +
                        "\n";
                out_ += nmt_change_text(change, nmt->has_total, options_, style_);
            }
        }
    }

    void one_process(const ExplainedProcess& process, bool several) {
        if (several) out_ += process_title(process, style_);
        for (const ExplainedMoment& moment : process.moments) {
            if (moment.account) out_ += snapshot_title(process, moment, style_);
            one_moment(moment);
        }
        if (process.nmt) {
            out_ += title("Changed from the first NMT report to the last", style_) + "\n";
            out_ += nmt_change_text(*process.nmt, true, options_, style_);
        }
        if (!process.moments.empty()) missing(process.moments.back());
    }

    void one_moment(const ExplainedMoment& explained) {
        const PastedMoment& moment = *explained.moment;
        if (explained.account) {
            out_ += text_report(*explained.account, options_, style_);
            for (const std::string& note : moment.notes) out_ += paragraph(note, style_, 2);
            out_ += "\n";
        } else if (!explained.why_no_ledger.empty()) {
            out_ += paragraph("RSS could not be broken down: " + explained.why_no_ledger, style_, 2) + "\n";
        }
        if (explained.space) out_ += address_space_text(*explained.space, style_);
        if (!explained.findings.empty()) out_ += findings_text(explained.findings, options_, style_) + "\n";
    }

    void missing(const ExplainedMoment& explained) {
        const auto& missing = explained.moment->missing;
        if (missing.empty()) return;
        const std::string_view heading = explained.moment->crashed ? "For the next crash"
                                         : explained.account       ? "To learn more"
                                                                   : "To break down RSS";
        out_ += title(heading, style_) + "\n";
        for (const MissingEvidence& one : missing) {
            out_ += line(fmt::format("  {}", one.what), style_);
            if (!one.command.empty()) out_ += line(fmt::format("      {}", one.command), style_);
        }
        out_ += "\n";
    }

    const Explanation& explanation_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string explain_verdicts(const Explanation& explanation, const TextStyle& style) {
    const bool several = explanation.processes.size() > 1;
    std::string out;
    for (const ExplainedProcess& process : explanation.processes) {
        for (const ExplainedMoment& moment : process.moments) {
            const std::string text = moment.account ? verdict_text(moment.account->judged, style)
                                                    : findings_text(moment.findings, {}, style);
            if (text.empty()) continue;
            if (several) out += process_title(process, style);
            if (moment.account) out += snapshot_title(process, moment, style);
            out += text;
        }
    }
    if (!out.empty()) return out;
    return paragraph(understood_something(explanation.pasted)
                         ? "Undecided: nothing in the input leads to a finding. To see what was read, and "
                           "what is missing for a verdict, leave out --quiet."
                         : "Nothing in the input was recognised.",
                     style);
}

std::string explain_text(const Explanation& explanation, const ReportOptions& options,
                         const TextStyle& style) {
    return ExplainText(explanation, options, style).print();
}

}  // namespace nmtx
