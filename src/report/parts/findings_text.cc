#include "report/parts/findings_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/lines.h"

namespace nmtx {
namespace {

std::string heading(const Finding& finding) {
    if (finding.rule == "nothing-wrong") return "OK";
    if (finding.rule == "undecided") return "Undecided";
    switch (finding.severity) {
        case Severity::problem:
            return "Problem";
        case Severity::warning:
            return "Finding";
        case Severity::note:
            break;
    }
    return "Note";
}

// A paragraph that stands `depth` columns in.
std::string inside(std::string_view text, std::size_t depth, const TextStyle& style) {
    TextStyle narrower = style;
    narrower.width -= std::min(depth, style.width / 2);
    std::string out;
    const std::string folded = paragraph(text, narrower, 2);
    for (Lines lines(folded); lines.next();) out += fmt::format("{:{}}{}\n", "", depth, lines.line());
    return out;
}

std::string in_full(const Finding& finding, const TextStyle& style) {
    constexpr std::size_t depth = 2;
    std::string out = paragraph(fmt::format("{}: {}", heading(finding), finding.title), style, 2);
    out += inside(weight_of(finding), depth, style);
    for (const std::string& sentence : finding.evidence) out += inside(sentence, depth, style);
    for (const Remedy& remedy : finding.remedies) out += inside("> " + remedy_text(remedy), depth, style);
    for (const std::string_view bug : finding.bugs)
        out += inside(fmt::format("Known bug: {}; nmtx glossary has it.", bug), depth, style);
    if (!finding.refuted_by.empty()) out += inside("Refuted by: " + finding.refuted_by, depth, style);
    return out;
}

}  // namespace

std::string remedy_text(const Remedy& remedy) {
    if (remedy.command.empty()) return remedy.what + ".";
    return remedy.what.empty() ? remedy.command : fmt::format("{}: {}", remedy.what, remedy.command);
}

std::string weight_of(const Finding& finding) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (finding.bytes) add(human(*finding.bytes));
    if (finding.share_of_rss) add(fmt::format("{:.1f} % of RSS", *finding.share_of_rss));
    if (finding.share_of_gap)
        add(fmt::format("{:.1f} % of what NMT does not know of", *finding.share_of_gap));
    return fmt::format("{}{}confidence {}", text, text.empty() ? "" : "; ", name_of(finding.confidence));
}

std::string findings_text(std::span<const Finding> findings, const ReportOptions& options,
                          const TextStyle& style) {
    std::string out;
    for (const Finding& finding : findings) {
        const bool full = options.all || finding.severity != Severity::note || finding.rule == "undecided";
        out += full ? in_full(finding, style)
                    : paragraph(fmt::format("{}: {}", heading(finding), finding.title), style, 2);
    }
    return out;
}

}  // namespace nmtx
