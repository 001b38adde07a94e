#include "report/parts/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/parts/findings_text.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

constexpr std::size_t most_further = 3;  // findings above a note, besides the first

// The first finding, which carries the verdict, and the others above a note.
std::size_t above_notes(const Judgement& judged) {
    if (judged.findings.empty()) return 0;
    const auto note = std::find_if(judged.findings.begin() + 1, judged.findings.end(),
                                   [](const Finding& finding) { return finding.severity == Severity::note; });
    return static_cast<std::size_t>(note - judged.findings.begin());
}

}  // namespace

std::string verdict_text(const Judgement& judged, const TextStyle& style, const ReportOptions& options) {
    std::string out;
    const std::size_t all = above_notes(judged);
    for (std::size_t i = 0; i < all; ++i) {
        const Finding& finding = judged.findings[i];
        if (options.all) {
            out += finding_text(finding, in_full, style);
        } else if (i == 0) {
            out += finding_text(finding, {}, style);
        } else if (i <= most_further) {
            out += finding_text(finding, {0, 1, false}, style);
        }
    }
    if (!options.all && all > most_further + 1)
        out += line(fmt::format("and {} more: --all", all - most_further - 1), style);
    return out;
}

std::string verdict_line(const Judgement& judged, const TextStyle& style) {
    if (judged.findings.empty()) return "";
    const Finding& first = judged.findings.front();
    return marked(mark_of(first), first.title, true, style);
}

std::span<const Finding> notes_below_verdict(const Judgement& judged) {
    return std::span(judged.findings).subspan(above_notes(judged));
}

std::string with_verdict_last(std::string report, const std::string& verdict, const TextStyle& style) {
    const auto lines = static_cast<std::size_t>(std::count(report.begin(), report.end(), '\n'));
    // The prompt takes one more.
    if (style.height == 0 || verdict.empty() || lines < style.height) return report;
    return std::move(report) + "\n" + verdict;
}

nlohmann::ordered_json assessment_json(const Assessment& assessment) {
    using json = nlohmann::ordered_json;
    json why = json::array();
    for (const std::string& sentence : assessment.why) why.push_back(printable(sentence));
    json next = json::array();
    for (const Remedy& step : assessment.next)
        next.push_back({{"what", printable(step.what)}, {"command", text_or_null(step.command)}});
    return {{"verdict", name_of(assessment.verdict)},
            {"accounted_percent", assessment.percent.accounted},
            {"estimated_percent", assessment.percent.estimated},
            {"unexplained_percent", assessment.percent.unexplained},
            {"not_examined_percent", assessment.percent.not_examined},
            {"why", std::move(why)},
            {"next", std::move(next)}};
}

}  // namespace nmtx
