#include "report/parts/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/parts/findings_text.h"
#include "report/style/json_values.h"

namespace nmtx {
std::string verdict_text(const Judgement& judged, const TextStyle& style) {
    const Assessment& assessment = judged.assessment;
    std::string text;
    for (const char c : name_of(assessment.verdict)) text += static_cast<char>(c - 'a' + 'A');
    text += "  ";
    if (assessment.verdict == Assessed::ok) {
        text += fmt::format("{:.1f} % of RSS is accounted for", assessment.percent.accounted);
    } else if (!judged.findings.empty()) {
        text += judged.findings.front().title;
    }
    const auto more =
        std::count_if(judged.findings.begin(), judged.findings.end(),
                      [](const Finding& finding) { return finding.severity != Severity::note; });
    if (more > 1) text += fmt::format(" (and {} more, below)", more - 1);
    std::string folded = paragraph(text, style, 2);
    folded.pop_back();
    std::string out = title(folded, style) + "\n";
    if (assessment.verdict == Assessed::ok || judged.findings.empty()) return out;
    const Finding& first = judged.findings.front();
    std::string step;
    if (first.severity != Severity::note) step = fmt::format("Confidence {}. ", name_of(first.confidence));
    if (!first.remedies.empty()) step += "Next: " + remedy_text(first.remedies.front());
    return step.empty() ? out : out + paragraph(step, style, 2);
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
