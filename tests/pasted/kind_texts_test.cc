// Every kind of the table, by the texts of fixtures/pasted/kinds (kind_texts.h): recognised as that kind,
// its figures read, also in the midst of others; and what only looks like it is something else.
#include "pasted/kind_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"
#include "pasted/kinds/kinds.h"
#include "pasted/one_paste.h"
#include "pasted/parts/pasted.h"

using nmtx::entry_of;
using nmtx::KindEntry;
using nmtx::Pasted;
using nmtx::PastedFigure;
using nmtx::PastedKind;
using nmtx::PastedPart;
using nmtx::test::file_of_kind;
using nmtx::test::KindText;
using nmtx::test::KindTexts;
using nmtx::test::read_kind_texts;
using nmtx::test::read_paste;

namespace {

std::string line_of_figure(const PastedFigure& figure) {
    std::string line = figure.name + ":";
    if (figure.bytes) line += fmt::format(" {} bytes", figure.bytes->value());
    if (figure.whole) line += fmt::format(" of {} bytes", figure.whole->value());
    if (figure.count) line += fmt::format(" {}", *figure.count);
    if (figure.change) line += fmt::format(" ({:+} bytes)", figure.change->value);
    if (figure.count_change) line += fmt::format(" ({:+})", *figure.count_change);
    if (!figure.words.empty()) line += " " + figure.words;
    return line + "\n";
}

std::string reading_of(const PastedPart& part) {
    std::string text = part.title + "\n";
    if (part.pid) text += fmt::format("pid {}\n", *part.pid);
    if (!part.problem.empty()) text += "problem: " + part.problem + "\n";
    for (const PastedFigure& figure : part.figures) text += line_of_figure(figure);
    for (const auto& unread : part.unread) text += "not understood: " + unread.text + "\n";
    return text;
}

// The parts of a paste, but for the command and the id above an answer, which belong to it.
std::vector<const PastedPart*> texts_in(const Pasted& pasted, PastedKind wanted) {
    std::vector<const PastedPart*> found;
    for (const PastedPart& part : pasted.texts.front().parts) {
        const PastedKind kind = part.part.kind;
        if (kind == wanted || entry_of(kind).about != nmtx::About::next_text) found.push_back(&part);
    }
    return found;
}

std::string kind_names(const std::vector<const PastedPart*>& parts) {
    std::string names;
    for (const PastedPart* part : parts)
        names += fmt::format("{} (lines {} to {}), ", name_of(part->part.kind), part->part.first_line(),
                             part->part.last_line());
    return names;
}

const char* const table_of_limits =
    "Limit                     Soft Limit           Hard Limit           Units\n"
    "Max processes             63214                63214                processes\n";
const char* const two_of_jps = "4711 Bootstrap\n4712 Jps\n";
const char* const trim_reply = "Trim native heap: RSS+Swap: 900M->300M (-600M)\n";

struct Neighbour {
    PastedKind kind;
    const char* text;
};

// Two kinds that are not `kind`.
std::pair<Neighbour, Neighbour> neighbours_of(PastedKind kind) {
    const Neighbour limits{PastedKind::limits, table_of_limits};
    const Neighbour reply{PastedKind::short_reply, trim_reply};
    const Neighbour names{PastedKind::names, two_of_jps};
    if (kind == PastedKind::limits) return {reply, names};
    if (kind == PastedKind::short_reply) return {names, limits};
    return {reply, limits};
}

template <typename Check>
void for_each_text(Check check) {
    for (const KindEntry& entry : nmtx::kind_table()) {
        const KindTexts texts = read_kind_texts(file_of_kind(entry.name));
        for (const KindText& text : texts.texts) {
            INFO(texts.file.string() << ":" << text.line << ": " << entry.name);
            check(entry, texts, text);
        }
    }
}

}  // namespace

TEST_CASE("kinds: each of the table has two texts and a near miss, and each file is of a kind") {
    std::set<std::filesystem::path> expected;
    for (const KindEntry& entry : nmtx::kind_table()) {
        const KindTexts texts = read_kind_texts(file_of_kind(entry.name));
        INFO(entry.name << " needs a file " << texts.file.string());
        CHECK(texts.texts.size() >= 2);
        CHECK(texts.near_misses.size() >= 1);
        CHECK(expected.insert(texts.file).second);
    }
    for (const auto& file : std::filesystem::directory_iterator(file_of_kind("x").parent_path())) {
        INFO(file.path().string() << " is of no kind");
        CHECK(expected.count(file.path()) == 1);
    }
}

TEST_CASE("kinds: a text is recognised as what it is, nothing of it is left over, and its figures are read") {
    const bool accept = std::getenv("NMTX_ACCEPT") != nullptr;
    for (const KindEntry& entry : nmtx::kind_table()) {
        KindTexts texts = read_kind_texts(file_of_kind(entry.name));
        for (KindText& text : texts.texts) {
            INFO(texts.file.string() << ":" << text.line << ": " << entry.name);
            const Pasted pasted = read_paste(text.text);
            const auto parts = texts_in(pasted, entry.kind);
            CAPTURE(kind_names(parts));
            for (const auto& leftover : pasted.texts.front().leftovers)
                FAIL_CHECK("left over: " << leftover.text);
            CHECK(parts.size() == 1);
            if (parts.empty()) continue;
            CHECK(parts.front()->part.kind == entry.kind);
            if (accept) text.read = reading_of(*parts.front());
            CHECK(reading_of(*parts.front()) == text.read);
        }
        if (accept && !texts.texts.empty()) write_kind_texts(texts);
    }
}

TEST_CASE("kinds: what only looks like a kind is not one") {
    for (const KindEntry& entry : nmtx::kind_table()) {
        const KindTexts texts = read_kind_texts(file_of_kind(entry.name));
        for (const KindText& miss : texts.near_misses) {
            INFO(texts.file.string() << ":" << miss.line << ": " << miss.text);
            const Pasted pasted = read_paste(miss.text);
            for (const PastedPart* part : texts_in(pasted, entry.kind)) CHECK(part->part.kind != entry.kind);
        }
    }
}

TEST_CASE("kinds: between prose a text is the same, and the prose is left over") {
    for_each_text([](const KindEntry& entry, const KindTexts& texts, const KindText& text) {
        if (texts.whole_files) return;
        const Pasted pasted =
            read_paste("It grew over night, see below:\n" + text.text + "\nWhat should we do about it?\n");
        const auto parts = texts_in(pasted, entry.kind);
        CAPTURE(kind_names(parts));
        REQUIRE(parts.size() == 1);
        CHECK(parts.front()->part.kind == entry.kind);
        CHECK(reading_of(*parts.front()) == text.read);
        const auto& leftovers = pasted.texts.front().leftovers;
        REQUIRE(leftovers.size() == 2);
        CHECK(leftovers.front().text == "It grew over night, see below:");
        CHECK(leftovers.back().text == "What should we do about it?");
    });
}

TEST_CASE("kinds: between two others a text is the same, and they are too") {
    for_each_text([](const KindEntry& entry, const KindTexts& texts, const KindText& text) {
        if (texts.whole_files) return;
        const auto [above, below] = neighbours_of(entry.kind);
        const Pasted pasted = read_paste(above.text + text.text + "\n" + below.text);
        const auto parts = texts_in(pasted, entry.kind);
        CAPTURE(kind_names(parts));
        REQUIRE(parts.size() == 3);
        CHECK(parts[0]->part.kind == above.kind);
        CHECK(parts[1]->part.kind == entry.kind);
        CHECK(parts[2]->part.kind == below.kind);
        CHECK(reading_of(*parts[1]) == text.read);
        CHECK(pasted.texts.front().leftovers.empty());
    });
}

TEST_CASE("kinds: a whole file is none behind other lines") {
    for_each_text([](const KindEntry& entry, const KindTexts& texts, const KindText& text) {
        if (!texts.whole_files) return;
        const Pasted pasted = read_paste("see the attachment\n" + text.text);
        for (const PastedPart* part : texts_in(pasted, entry.kind)) CHECK(part->part.kind != entry.kind);
    });
}
