// Reports of VM.native_memory in a paste.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/amounts.h"
#include "base/cursor.h"
#include "hotspot/nmt/nmt_missing.h"
#include "hotspot/nmt/nmt_since.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

std::string_view unit_name(Bytes unit) {
    switch (unit.value()) {
        case 1:
            return "bytes";
        case 1024:
            return "KB";
        case std::uint64_t{1} << 20U:
            return "MB";
        default:
            return "GB";
    }
}

// By the lines that came and went: "instance classes" with 9, "free=" up to 15, "malloc:" below the total
// from 17u on (with peaks of malloc), "(threads" and peaks of mmap from 21 on, "tag=" from 24 on. Empty where
// nothing tells.
std::string_view release_of(const NmtReport& report, std::string_view text) {
    constexpr std::size_t summary = 16384;
    const std::string_view head = text.substr(0, summary);
    const auto has = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
    if (has(" tag=")) return "JDK 24 or later";
    if (has("(threads #") || has(", at peak") || has(", peak=")) return "JDK 21 or later";
    if (report.malloc) return "JDK 17 or later";
    const bool metadata = has("Metadata:") || has("(  Metadata");
    if (metadata) return has("free=") ? "JDK 9 to 15" : "JDK 16 or later";
    if (has("instance classes #")) return "JDK 9 or later";
    if (has("(classes #") && has("(thread #")) return "JDK 8";
    return {};
}

void add_categories(PastedPart& part, const NmtReport& report) {
    constexpr std::size_t most = 4;
    std::vector<const NmtCategory*> largest;
    largest.reserve(report.categories.size());
    for (const NmtCategory& category : report.categories) largest.push_back(&category);
    const bool changed = report.has_changes();
    std::ranges::stable_sort(largest, [&](const NmtCategory* a, const NmtCategory* b) {
        return changed ? a->change.committed > b->change.committed : a->committed > b->committed;
    });
    for (std::size_t i = 0; i < std::min(most, largest.size()); ++i)
        part.figures.push_back(amount(largest[i]->name, largest[i]->committed, largest[i]->change.committed));
    for (const NmtCategory& category : report.categories) {
        if (category.threads) {
            PastedFigure threads = number("threads", *category.threads);
            if (category.change.threads != 0) threads.count_change = category.change.threads;
            part.figures.push_back(std::move(threads));
        }
        if (category.classes) {
            PastedFigure classes = number("classes", *category.classes);
            if (category.change.classes != 0) classes.count_change = category.change.classes;
            part.figures.push_back(std::move(classes));
        }
    }
}

bool is_diff(const PastedNmt& nmt) {
    const auto changed = [](const NmtSite& site) {
        return site.committed_change != Delta() || site.reserved_change != Delta() || site.count_change != 0;
    };
    return nmt.report.has_changes() || (nmt.sites && std::ranges::any_of(nmt.sites->sites, changed));
}

// What is missing may be what the question is about.
void note_what_is_cut(PastedPart& part, const PastedNmt& nmt) {
    const auto missing = nmt.has_total && !nmt.of_unix_diff ? missing_categories(nmt.report) : std::nullopt;
    if (!missing) return;
    if (nmt.report.categories.empty()) {
        part.notes.push_back(
            "only its total: no category is in the text, so what the JVM has committed cannot be "
            "split");
        return;
    }
    part.title += ", cut";
    part.notes.push_back(fmt::format(
        "cut: the categories shown are {} of {} MiB committed, {} %; {} MiB are in missing categories",
        in_mib(missing->shown), in_mib(missing->total), percent(missing->shown, missing->total),
        in_mib(missing->missing)));
}

void describe(PastedPart& part, PastedNmt nmt) {
    const NmtReport& report = nmt.report;
    const bool detail = report.has_map || !report.regions.empty() || nmt.sites;
    const bool fragment = !nmt.has_total;
    part.title = fmt::format("NMT {}{}", detail ? "detail" : "summary", is_diff(nmt) ? ".diff" : "");
    if (nmt.of_unix_diff) part.title = "unix diff of two NMT reports";
    if (fragment && !nmt.of_unix_diff) part.title += ", partial";
    if (const auto release = release_of(report, *part.text); !release.empty())
        part.title += fmt::format(", {}", release);
    part.title += fmt::format(", {}", unit_name(report.unit));
    if (nmt.has_total) {
        part.figures.push_back(amount("reserved", report.reserved, report.change.reserved));
        part.figures.push_back(amount("committed", report.committed, report.change.committed));
    }
    add(part, "malloc", report.malloc);
    add_categories(part, report);
    note_what_is_cut(part, nmt);
    if (!report.regions.empty()) part.figures.push_back(number("regions", report.regions.size()));
    if (nmt.sites) part.figures.push_back(number("call sites", nmt.sites->sites.size()));
    take_unread(part, nmt.not_understood);
    part.contents = std::move(nmt);
}

}  // namespace

void read_nmt(PastedPart& part) {
    auto parsed = parse_pasted_nmt(*part.text, "NMT");
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    if (auto* refusal = std::get_if<NmtRefusal>(&*parsed)) {
        part.title = "answer of VM.native_memory";
        part.figures.push_back(words("answer", refusal->text));
        part.contents = std::move(*refusal);
        return;
    }
    describe(part, std::move(std::get<PastedNmt>(*parsed)));
}

// Each side of a diff is a piece: what is the same in both is not there.
PastedPart read_unix_diff(const NmtUnixDiff& diff) {
    PastedPart part;
    part.part.kind = PastedKind::nmt;
    part.part.runs = {diff.run};
    part.text = PartText::of_copy(diff.after);
    part.title = name_of(PastedKind::nmt);
    auto before = parse_pasted_nmt(diff.before, "NMT");
    auto after = parse_pasted_nmt(*part.text, "NMT");
    const auto* first = before ? std::get_if<PastedNmt>(&*before) : nullptr;
    auto* second = after ? std::get_if<PastedNmt>(&*after) : nullptr;
    if (second == nullptr) {
        part.notes.emplace_back("a unix diff of NMT reports, of which only the first is there: paste both");
        if (first != nullptr) part.text = PartText::of_copy(diff.before);
        read_nmt(part);
        return part;
    }
    if (first == nullptr) {
        part.notes.emplace_back("a unix diff of NMT reports, of which only the second is there: paste both");
    } else {
        take_unread(part, first->not_understood);
        set_changes_since(*second, *first);
        part.notes.emplace_back(
            "a unix diff of two NMT reports: the figures are those of the second, with the change since the "
            "first; what is the same in both is not there");
    }
    describe(part, std::move(*second));
    return part;
}

}  // namespace nmtx::pasted
