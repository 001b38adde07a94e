//  S0C    S1C    S0U    S1U      EC       EU        OC         OU       MC     MU    CCSC   CCSU   YGC YGCT
// 512.0  512.0  128.0   0.0   20480.0    0.0     44032.0     300.1    4864.0 2804.7 512.0  291.0 752    1.608
#include "hotspot/tools/jstat.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/words.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::size_t most_columns = 40;

using std::string_view;

constexpr std::array column_names{
    string_view{"Timestamp"}, string_view{"S0C"},   string_view{"S1C"},   string_view{"S0U"},
    string_view{"S1U"},       string_view{"EC"},    string_view{"EU"},    string_view{"OC"},
    string_view{"OU"},        string_view{"MC"},    string_view{"MU"},    string_view{"CCSC"},
    string_view{"CCSU"},      string_view{"PC"},    string_view{"PU"},    string_view{"YGC"},
    string_view{"YGCT"},      string_view{"FGC"},   string_view{"FGCT"},  string_view{"CGC"},
    string_view{"CGCT"},      string_view{"GCT"},   string_view{"S0"},    string_view{"S1"},
    string_view{"E"},         string_view{"O"},     string_view{"M"},     string_view{"CCS"},
    string_view{"P"},         string_view{"NGCMN"}, string_view{"NGCMX"}, string_view{"NGC"},
    string_view{"OGCMN"},     string_view{"OGCMX"}, string_view{"OGC"},   string_view{"MCMN"},
    string_view{"MCMX"},      string_view{"CCSMN"}, string_view{"CCSMX"}, string_view{"PGCMN"},
    string_view{"PGCMX"},     string_view{"PGC"},   string_view{"TT"},    string_view{"MTT"},
    string_view{"DSS"},       string_view{"S0CMX"}, string_view{"S1CMX"}, string_view{"ECMX"},
    string_view{"LGCC"},      string_view{"GCC"}};

constexpr std::size_t most_rows = 100'000;

// "512.0", "1,437" in some locales, "-" and "�" (a ratio of nothing) for no value.
bool read_cell(string_view word, std::optional<double>& into) {
    into = vm::whole_or_fraction(word);
    if (into) return true;
    return word == "-" || word == "NaN" || word == "\xEF\xBF\xBD";
}

bool is_text(string_view column) {
    return column == "LGCC" || column == "GCC";
}

// Causes have several words and are last.
bool read_row(string_view line, const std::vector<string_view>& columns, JstatSample& sample) {
    Cursor cursor(line);
    sample.values.clear();
    for (const string_view column : columns) {
        cursor.skip_blanks();
        if (is_text(column)) {
            const string_view rest = cursor.rest();
            if (column == "LGCC") sample.last_cause = trim(rest.substr(0, rest.find("  ")));
            sample.values.resize(columns.size());
            return !trim(rest).empty();
        }
        std::optional<double> value;
        if (!read_cell(cursor.word(), value)) return false;
        sample.values.push_back(value);
    }
    return trim(cursor.rest()).empty();
}

}  // namespace

bool JstatTable::has(std::string_view column) const {
    return std::ranges::find(columns, column) != columns.end();
}

std::optional<double> JstatTable::value(const JstatSample& sample, std::string_view column) const {
    const auto at = std::ranges::find(columns, column);
    const auto index = static_cast<std::size_t>(at - columns.begin());
    return at == columns.end() || index >= sample.values.size() ? std::nullopt : sample.values[index];
}

std::optional<Bytes> JstatTable::bytes(const JstatSample& sample, std::string_view column) const {
    const auto kilobytes = value(sample, column);
    constexpr double most = 9e15;
    if (!kilobytes || *kilobytes < 0 || *kilobytes >= most) return std::nullopt;
    return Bytes(static_cast<std::uint64_t>(std::llround(*kilobytes * 1024)));
}

std::optional<std::uint64_t> JstatTable::count(const JstatSample& sample, std::string_view column) const {
    const auto number = value(sample, column);
    constexpr double most = 9e15;
    if (!number || *number < 0 || *number >= most) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

bool is_jstat_heading(string_view line) {
    const auto words = words_of(line, most_columns);
    constexpr std::size_t fewest = 5;
    return words.size() >= fewest && std::ranges::all_of(words, [](string_view word) {
               return std::ranges::find(column_names, word) != column_names.end();
           });
}

bool is_jstat_row(string_view line) {
    const auto words = words_of(line, most_columns);
    constexpr std::size_t fewest = 5;
    if (words.size() < fewest) return false;
    std::optional<double> value;
    return std::all_of(words.begin(), words.begin() + fewest,
                       [&](string_view word) { return read_cell(word, value); });
}

Expected<JstatTable> parse_jstat(string_view text, string_view document) {
    JstatTable table;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (line.empty()) continue;
        if (is_jstat_heading(line)) {
            auto columns = words_of(line, most_columns);
            if (columns == table.columns) continue;  // "-h 20" repeats it
            if (table.samples.empty()) {
                table.columns = std::move(columns);
                continue;
            }
        }
        JstatSample sample;
        if (!table.columns.empty() && table.samples.size() < most_rows &&
            read_row(line, table.columns, sample)) {
            table.samples.push_back(std::move(sample));
        } else {
            table.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (table.samples.empty())
        return nothing_understood(document, "rows of numbers below a heading like \"S0C S1C S0U S1U\"",
                                  table.not_understood);
    return table;
}

}  // namespace nmtx
