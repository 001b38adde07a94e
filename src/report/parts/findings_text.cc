#include "report/parts/findings_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/lines.h"
#include "base/printable.h"

namespace nmtx {
namespace {

// "23.7 MiB, 24.9 % of RSS"; may be empty.
std::string shares_of_finding(const Finding& finding, bool with_bytes) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (finding.bytes && with_bytes) add(human(*finding.bytes));
    if (finding.share_of_rss) add(fmt::format("{:.1f} % of RSS", *finding.share_of_rss));
    if (finding.share_of_gap) add(fmt::format("{:.1f} % of what NMT does not track", *finding.share_of_gap));
    return text;
}

// "24.6 % of RSS. Confidence in the amount and owner: high. Not known: whether it is a leak or a cache …."
std::string weight_of(const Finding& finding) {
    const bool amount_told = !finding.bytes || finding.title.find(human(*finding.bytes)) != std::string::npos;
    const std::string shares = shares_of_finding(finding, !amount_told);
    std::string text = shares.empty() ? "" : shares + ". ";
    text += fmt::format("Confidence in {}: {}.", sure_of(finding), name_of(finding.confidence));
    if (!finding.not_known.empty()) text += fmt::format(" Not known: {}.", finding.not_known);
    return text;
}

// A step to take: its command on the same line where both fit, else below it and never cut in two.
std::string remedy_at(std::size_t depth, std::string_view label, const Remedy& remedy,
                      const TextStyle& style) {
    const std::string clean = printable(remedy.command);
    std::string head = fmt::format("{}{}", label, printable(remedy.what));
    if (clean.empty()) {
        if (!head.ends_with('.')) head += '.';
        return paragraph_at(depth, head, style, label.size());
    }
    const std::string one_line = remedy.what.empty() ? head + clean : fmt::format("{}: {}", head, clean);
    if (depth + display_width(one_line) <= style.width) return paragraph_at(depth, one_line, style);
    std::string out;
    if (!remedy.what.empty()) out = paragraph_at(depth, head + ":", style, label.size());
    return out + command_at(depth + label.size() + 2, clean, style);
}

std::string steps_at(std::size_t depth, const Finding& finding, std::size_t most, const TextStyle& style) {
    std::string out;
    const std::size_t shown = std::min(most, finding.remedies.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const std::string label = shown == 1 ? std::string("Next: ") : fmt::format("Next {}. ", i + 1);
        out += remedy_at(depth, label, finding.remedies[i], style);
    }
    return out;
}

std::string evidence_at(std::size_t depth, const Finding& finding, std::size_t most, const TextStyle& style) {
    std::string out;
    std::size_t lines = 0;
    for (const std::string& sentence : finding.evidence) {
        const std::string text = paragraph_at(depth, sentence, style, 2);
        lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        if (most == 0 || (lines > most && !out.empty())) break;
        out += text;
    }
    return out;
}

}  // namespace

std::string sure_of(const Finding& finding) {
    return finding.sure_of.empty() ? "this statement" : finding.sure_of;
}

Mark mark_of(const Finding& finding) {
    if (finding.rule == "nothing-wrong") return Mark::ok;
    if (finding.rule == "undecided") return Mark::undecided;
    switch (finding.severity) {
        case Severity::problem:
            return Mark::problem;
        case Severity::warning:
            return Mark::warning;
        case Severity::note:
            break;
    }
    return Mark::note;
}

std::string finding_text(const Finding& finding, const FindingDepth& depth, const TextStyle& style) {
    const Mark mark = mark_of(finding);
    const std::size_t indent = indent_below(mark, style);
    std::string out = marked(mark, finding.title, true, style);
    if (mark != Mark::undecided) out += paragraph_at(indent, weight_of(finding), style);
    out += evidence_at(indent, finding, depth.evidence, style);
    out += steps_at(indent, finding, depth.remedies, style);
    for (const std::string_view bug : finding.bugs)
        out += paragraph_at(indent, fmt::format("Known bug: {} (see nmtx glossary)", bug), style, 2);
    if (depth.refutation && mark != Mark::undecided && !finding.refuted_by.empty())
        out += paragraph_at(indent, fmt::format("{}: {}", label_of(finding.refutes), finding.refuted_by),
                            style, 2);
    return out;
}

std::string findings_text(std::span<const Finding> findings, const ReportOptions& options,
                          const TextStyle& style) {
    std::string out;
    for (const Finding& finding : findings) {
        const bool a_line = finding.severity == Severity::note && finding.rule != "undecided";
        if (options.all) {
            out += finding_text(finding, in_full, style);
        } else if (a_line) {
            out += marked(mark_of(finding), finding.title, false, style);
        } else {
            out += finding_text(finding, {}, style);
        }
    }
    return out;
}

}  // namespace nmtx
