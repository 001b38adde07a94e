// Tests of very long pastes: what is kept of them is bounded, and what is not kept is counted.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "pasted/one_paste.h"

using nmtx::most_parts_of_a_kind;
using nmtx::test::read_paste;

namespace {

std::string repeated(std::size_t times, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

const std::string total = "Total: reserved=3000KB, committed=1500KB\n";

}  // namespace

TEST_CASE("long paste: of very many texts of a kind the first and the last are kept, the others counted") {
    const auto pasted = read_paste(repeated(1000, total) + "VM.uptime\n1.5 s\n");
    const nmtx::PastedText& text = pasted.texts.front();
    REQUIRE(text.left_out.size() == 1);
    CHECK(text.left_out[0].kind == nmtx::PastedKind::nmt);
    CHECK(text.left_out[0].parts == 1000 - 2 * most_parts_of_a_kind);
    CHECK(text.left_out[0].first_line == most_parts_of_a_kind + 1);
    CHECK(text.left_out[0].last_line == 1000 - most_parts_of_a_kind);
    const auto of_nmt = std::ranges::count(text.parts, nmtx::PastedKind::nmt,
                                           [](const nmtx::PastedPart& part) { return part.part.kind; });
    CHECK(of_nmt == static_cast<std::ptrdiff_t>(2 * most_parts_of_a_kind));
    CHECK(text.parts.front().part.first_line() == 1);
    CHECK(text.lines == 1002);
    REQUIRE(pasted.processes.size() == 1);
    CHECK(pasted.processes[0].moments.size() == 2 * most_parts_of_a_kind);
}

TEST_CASE("long paste: few texts of a kind are all kept") {
    const auto pasted = read_paste(repeated(2 * most_parts_of_a_kind, total));
    CHECK(pasted.texts.front().parts.size() == 2 * most_parts_of_a_kind);
    CHECK(pasted.texts.front().left_out.empty());
}

TEST_CASE("long paste: a process that only texts which are not kept are of is known of all the same") {
    std::string text = total;
    for (std::size_t i = 0; i < 1000; ++i) text += (i == 500 ? "72:\n" : "71:\n") + total;
    const auto pasted = read_paste(text);
    const auto& parts = pasted.texts.front().parts;
    CHECK(std::ranges::none_of(parts, [](const nmtx::PastedPart& part) { return part.pid == 72U; }));
    // So that what names no process is not taken for 71's.
    REQUIRE(pasted.processes.size() == 2);
    CHECK_FALSE(pasted.processes[0].pid);
    CHECK(pasted.processes[1].pid == 71U);
}

TEST_CASE("long paste: places that nothing was understood of are bounded, and counted with their lines") {
    const auto pasted = read_paste(repeated(5000, "word\nword\n\n\n\n\n"));
    const nmtx::PastedText& text = pasted.texts.front();
    CHECK(text.leftovers.size() == 2 * nmtx::most_leftovers);
    CHECK(text.leftovers_left_out == 3000);
    CHECK(text.lines_left_out == 6000);
    CHECK(text.leftovers.back().first_line == 4999 * 6 + 1);
}

TEST_CASE("long paste: a text with foreign lines between all of its own has no endless list of pieces") {
    const auto pasted = read_paste(total + repeated(50'000, "(\nx\n"));
    for (const nmtx::PastedPart& part : pasted.texts.front().parts)
        CHECK(part.part.runs.size() <= nmtx::most_runs + 1);
}

TEST_CASE("long paste: a table keeps no more rows than any machine has processes") {
    std::string text = "PID RSS COMMAND\n";
    for (std::size_t i = 0; i < nmtx::most_process_rows + 100; ++i) text += std::to_string(i + 1) + " 9 a\n";
    const auto pasted = read_paste(text + "\n" + text);
    std::size_t rows = 0;
    for (const nmtx::PastedPart& part : pasted.texts.front().parts) {
        const auto* table = std::get_if<nmtx::ProcessTable>(&part.contents);
        if (table == nullptr) continue;
        rows += table->rows.size();
        CHECK(part.figures.front().count == nmtx::most_process_rows + 100);
        CHECK_FALSE(part.notes.empty());
    }
    CHECK(rows == nmtx::most_process_rows + 100);  // of the second table its first rows alone
}

TEST_CASE("long paste: of very many unix diffs of reports the first and the last are kept") {
    const auto pasted = read_paste(
        repeated(1000, "-Total: reserved=1KB, committed=1KB\n+Total: reserved=9KB, committed=9KB\n\nand\n"));
    const nmtx::PastedText& text = pasted.texts.front();
    CHECK(text.parts.size() == 2 * most_parts_of_a_kind);
    REQUIRE(text.left_out.size() == 1);
    CHECK(text.left_out[0].parts == 1000 - 2 * most_parts_of_a_kind);
    CHECK(text.left_out[0].first_line == 4 * most_parts_of_a_kind + 1);
}

TEST_CASE("long paste: quotations and numbers before very many lines come off as before few") {
    std::string text;
    for (std::size_t i = 1; i <= 3; ++i) text += std::to_string(i) + ": " + total;
    CHECK(read_paste(text).texts.front().parts.size() == 3);
    CHECK(read_paste(repeated(3, "> " + total + ">\n")).texts.front().parts.size() == 3);
}
