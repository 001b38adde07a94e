// What holds for the first screen of every capture: it fits, its figures add up, and --all has the rest.
#include <cmath>
#include <cstdlib>
#include <optional>
#include <vector>

#include "accounts.h"
#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "law/fixtures.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "report/reconciliation/report.h"
#include "report/reconciliation/screen_rows.h"
#include "support/unfolded.h"
#include "text_parts.h"

using namespace nmtx;
using test::has;

namespace {

struct Screened {
    explicit Screened(const std::filesystem::path& file) : capture(read_fixture(file)) {
        REQUIRE(reader.update(capture).has_value());
        ledger = reconcile(reader.view()).value();
    }
    [[nodiscard]] Account account() const { return test::account(reader.view(), ledger); }
    [[nodiscard]] std::string text(const TextStyle& style = {}, bool all = false) const {
        return text_report(account(), {all, false}, style);
    }

    Capture capture;
    ProcessReader reader;
    Ledger ledger;
};

// The figure in the columns after the name, in tenths; nothing where there is none.
std::optional<long> figure_of(std::string_view line, std::size_t name_width) {
    std::size_t at = 0;
    for (std::size_t column = 0; at < line.size() && column < name_width; ++at)
        if ((static_cast<unsigned char>(line[at]) & 0xC0U) != 0x80U) ++column;
    const std::string cell(line.substr(std::min(at, line.size()), 10));
    if (cell.find('<') != std::string::npos) return 0;
    if (cell.find('.') == std::string::npos) return std::nullopt;
    return std::lround(std::atof(cell.c_str()) * 10);
}

// The table of a report at width 100: its rows, without the heading.
std::vector<std::string> table_of(const std::string& text) {
    std::vector<std::string> rows;
    bool inside = false;
    for (Lines lines(text); lines.next();) {
        if (inside) rows.emplace_back(lines.line());
        if (inside && lines.line().starts_with("  total (RSS)")) break;
        inside = inside || lines.line().starts_with("Where the ");
    }
    return rows;
}

}  // namespace

TEST_CASE("law: the first screen has at most 30 lines, and no line is wider than the terminal") {
    for (const auto& file : fixture_files()) {
        const Screened made(file);
        for (const std::size_t width : {40U, 60U, 80U, 100U, 160U}) {
            TextStyle style;
            style.width = width;
            style.bars = true;
            for (const bool all : {false, true}) {
                const std::string text = made.text(style, all);
                for (Lines lines(text); lines.next();) {
                    INFO(file.filename().string() << " " << width << ": " << lines.line());
                    CHECK(display_width(lines.line()) <= width);
                    CHECK(printable(lines.line()) == lines.line());
                }
                INFO(file.filename().string() << "\n" << text);
                if (width == 100 && !all) CHECK(std::count(text.begin(), text.end(), '\n') <= 30);
                // Whatever else goes, what is resident stays.
                CHECK(has(text, in_mib(made.ledger.rss)));
            }
        }
    }
}

TEST_CASE("law: the printed figures of the table add up, those of parts to their row, the shares to 100 %") {
    for (const auto& file : fixture_files()) {
        const Screened made(file);
        for (const bool all : {false, true}) {
            const std::vector<std::string> rows = table_of(made.text({}, all));
            INFO(file.filename().string());
            REQUIRE(rows.size() > 3);
            const long total = figure_of(rows.back(), 32).value();
            CHECK(total == static_cast<long>(tenths_of(made.ledger.rss)));
            long sum = 0, parts = 0, row = 0, shares = 0;
            for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
                INFO(rows[i]);
                const auto figure = figure_of(rows[i], 32);
                REQUIRE(figure.has_value());
                const bool part = rows[i].starts_with("    ");
                if (part) {
                    parts += *figure;
                } else {
                    row = *figure;
                    parts = 0;
                    sum += row;
                    shares += std::atol(rows[i].substr(42, 8).c_str());
                }
                const bool last_part = part && !rows[i + 1].starts_with("    ");
                if (last_part) CHECK(parts == row);
            }
            CHECK(sum == total);
            CHECK(shares == 100);
        }
    }
}

TEST_CASE("law: with --all the owners are there in bytes that sum to RSS, and no evidence is lost") {
    for (const auto& file : fixture_files()) {
        const Screened made(file);
        TextStyle wide;
        wide.width = 400;
        const std::string text = made.text(wide, true);
        INFO(file.filename().string());
        std::uint64_t sum = 0, total = 0;
        bool inside = false;
        for (Lines lines(text); lines.next();) {
            const std::string_view line = lines.line();
            std::string digits;
            for (const char c : line.substr(0, 16))
                if (c >= '0' && c <= '9') digits += c;
            if (inside && has(line, "total (RSS)")) {
                total = std::stoull(digits);
                break;
            }
            if (inside) sum += std::stoull(digits);
            inside = inside || has(line, "resident bytes");
        }
        CHECK(total == made.ledger.rss.value());
        CHECK(sum == total);
        const std::string flat = nmtx::test::unfolded(text);
        for (const Finding& finding : made.account().judged.findings) {
            INFO(finding.title);
            CHECK(has(flat, nmtx::test::unfolded(finding.title)));
            for (const std::string& sentence : finding.evidence)
                CHECK(has(flat, nmtx::test::unfolded(sentence)));
            for (const Remedy& remedy : finding.remedies)
                CHECK(has(flat, nmtx::test::unfolded(remedy.command)));
        }
        for (const Row& row : made.ledger.rows) CHECK(has(text, fit(row.path, 34)));
    }
}

TEST_CASE(
    "law: the verdict comes before the table, and once more at the end of what is longer than the screen") {
    for (const auto& file : fixture_files()) {
        const Screened made(file);
        const std::string title = made.account().judged.findings.front().title;
        TextStyle style;
        style.width = 400;
        const std::string text = made.text(style);
        INFO(file.filename().string() << "\n" << text);
        CHECK(text.find(title) < text.find("Where the "));
        CHECK(test::lines_with(text, title) == 1);
        style.height = 12;
        const std::string low = made.text(style);
        CHECK(low.starts_with(text));
        CHECK(low.ends_with(title + "\n"));
        style.height = 60;
        CHECK(made.text(style) == text);
        style.colour = true;
        const std::string coloured = made.text(style);
        CHECK(has(coloured, "\x1b["));
        std::string plain;
        for (std::size_t i = 0; i < coloured.size(); ++i) {
            if (coloured[i] == '\x1b')
                i = coloured.find('m', i);
            else
                plain += coloured[i];
        }
        CHECK(plain == text);  // colour adds nothing that is not there in words
    }
}

TEST_CASE(
    "rounding: parts are rounded so that they sum, none by a whole tenth; a forged sum breaks nothing") {
    const std::vector<Bytes> thirds{kib(341), kib(341), kib(342)};
    CHECK(tenths_of(kib(1024)) == 10);
    const auto tenths = tenths_that_sum(thirds, 10);
    CHECK(tenths[0] + tenths[1] + tenths[2] == 10);
    CHECK(tenths[2] == 4);
    // Nearest first: a row of "other" takes what is left.
    const std::vector<Bytes> with_rest{kib(52), kib(52), kib(920)};
    CHECK(tenths_that_sum(with_rest, 10, 2) == std::vector<std::uint64_t>{1, 1, 8});
    const std::vector<Bytes> forged{Bytes(~std::uint64_t{0}), mib(1)};
    CHECK(tenths_that_sum(forged, 3).size() == 2);
    CHECK(tenths_that_sum({}, 0).empty());
    const auto percents = percents_that_sum(thirds, kib(1024));
    CHECK(percents[0] + percents[1] + percents[2] == 100);
    CHECK(percents_that_sum(thirds, Bytes()).size() == 3);
}

TEST_CASE("golden: the first screen of each fixture is the one that was read and accepted") {
    for (const auto& file : fixture_files()) {
        const Screened made(file);
        std::filesystem::path expected = file;
        expected.replace_extension(".screen");
        const std::string text = made.text();
        if (std::getenv("NMTX_ACCEPT") != nullptr) std::ofstream(expected) << text;
        INFO(expected.filename().string() << " (NMTX_ACCEPT=1 writes it anew; read the difference first)");
        CHECK(text == read_whole(expected));
    }
}
