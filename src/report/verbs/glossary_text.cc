#include <fmt/format.h>

#include "base/printable.h"
#include "findings/knowledge/known_bugs.h"
#include "ledger/owner.h"
#include "report/verbs/glossary_report.h"

namespace nmtx {
namespace {

constexpr std::size_t label_width = 12;

std::string field(std::string_view label, std::string_view text, const TextStyle& style) {
    // paragraph() takes blanks for borders of words: the label keeps its own.
    const std::string folded = paragraph(text, {style.width - label_width, false, false, style.unicode});
    std::string out;
    std::string_view rest = folded;
    std::string head = fmt::format("  {:<{}}", label, label_width - 2);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        out += line(head + std::string(rest.substr(0, end)), style);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        head = std::string(label_width, ' ');
    }
    return out;
}

std::string releases_of(const GlossaryEntry& entry) {
    std::string releases;
    for (const int jdk : known_jdks) {
        if (is_in_jdk(entry, jdk)) releases += (releases.empty() ? "" : ", ") + std::to_string(jdk);
    }
    return releases;
}

std::string span_of(const GlossaryNote& note) {
    if (note.first == note.last) return fmt::format("JDK {}", note.first);
    return fmt::format("{} to {}", note.first, note.last);
}

std::string head_of(const GlossaryEntry& entry, std::optional<int> jdk) {
    if (entry.kind == GlossaryKind::owner) return fmt::format("{}  (owner)", entry.name);
    const std::string path = path_of_category(entry.name);
    if (jdk)
        return fmt::format("{}  (NMT category of JDK {}; its mmap memory is {})", entry.name, *jdk, path);
    return fmt::format("{}  (NMT category of JDK {}; its mmap memory is {})", entry.name, releases_of(entry),
                       path);
}

std::string text_of(const KnownBug& bug, const TextStyle& style) {
    std::string out = field(bug.not_a_leak ? "note" : "bug", fmt::format("{}: {}", bug.id, bug.title), style);
    out += field("",
                 fmt::format("{}: {}. {}: {}", bug.not_a_leak ? "In" : "Affected", affected_text(bug),
                             bug.not_a_leak ? "Gone in" : "Fixed in", fixed_text(bug)),
                 style);
    out += field("", bug.shows, style);
    if (!bug.remedy.empty()) out += field("", fmt::format("Workaround: {}", bug.remedy), style);
    return out;
}

}  // namespace

std::vector<const GlossaryEntry*> all_entries(std::optional<int> jdk) {
    std::vector<const GlossaryEntry*> all;
    for (const auto entries : {glossary_categories(), glossary_owners()}) {
        for (const GlossaryEntry& entry : entries) {
            if (!jdk || is_in_jdk(entry, *jdk)) all.push_back(&entry);
        }
    }
    return all;
}

std::string glossary_list_text(std::optional<int> jdk, const TextStyle& style) {
    std::string out;
    GlossaryKind kind = GlossaryKind::owner;
    for (const GlossaryEntry* entry : all_entries(jdk)) {
        if (entry->kind != kind) {
            kind = entry->kind;
            const std::string of = jdk ? fmt::format(" of JDK {}", *jdk) : std::string();
            out += kind == GlossaryKind::category
                       ? line(fmt::format("NMT categories{}", of), style)
                       : "\n" + line("Owners (also jvm/CATEGORY and malloc/nmt-tracked/CATEGORY)", style);
        }
        out += line(fmt::format("  {} {}", padded(entry->name, 26), entry->what), style);
    }
    return out + "\n" + paragraph("For growth, limits and known bugs of one: nmtx glossary NAME", style);
}

std::string glossary_text(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk,
                          const TextStyle& style) {
    std::string out;
    for (const GlossaryEntry* entry : entries) {
        if (!out.empty()) out += "\n";
        out += title(fit(head_of(*entry, jdk), style.width), style) + "\n";
        out += field("what", entry->what, style);
        out += field("grows", entry->grows, style);
        out += field("limit", entry->bound, style);
        out += field("inspect", entry->look, style);
        for (const GlossaryNote& note : entry->notes) {
            if (note.text.empty() || (jdk && !note.of(*jdk))) continue;
            out += field(span_of(note), note.text, style);
        }
        for (const KnownBug* bug : bugs_of(entry->name)) {
            if (!jdk || affects(*bug, *jdk)) out += text_of(*bug, style);
        }
    }
    return out;
}

}  // namespace nmtx
