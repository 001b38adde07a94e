// 22 to 24, sizes with a letter where they are large:
//   total     NA        RA        result  #nodes  limit   time    type  #rc thread              method
//   5M        2M        1M        ok      1486    -       0.629   c2    1   0x00007f49380923d0 Churn::f((I)J)
// From 25 on:
//   ctyp  total     ra        node      comp  …  #nodes  result  limit     time    id    thread   method
//   c2    4053592   2044416   490920    …        1486    ok      1048576*  0.629   87    0x00007…
//   Churn::f((I)J)
// and with "verbose", for each compilation:
//   Method              : Churn::f((I)J)
//   Compiler            : c2
//   Arena Usage at peak : 4053592 (3.87M)
#include "hotspot/tools/compiler_memory.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/words.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::size_t most_words = 64;

using std::string_view;

constexpr std::size_t most_compilations = 200'000;

std::optional<Bytes> size_of(string_view word) {
    if (word.ends_with('*')) word.remove_suffix(1);  // the limit was hit
    Cursor cursor(word);
    const auto size = vm::take_size(cursor);
    return size && cursor.at_end() ? size : std::nullopt;
}

bool read_row(string_view line, const std::vector<string_view>& columns, CompilationMemory& row) {
    const auto words = words_of(line, most_words);
    if (words.size() < columns.size() || columns.empty()) return false;
    row = {};
    bool total = false;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const string_view column = columns[i], word = words[i];
        Cursor cursor(word);
        if (column == "total") {
            const auto size = size_of(word);
            if (!size) return false;
            row.peak = *size;
            total = true;
        } else if (column == "ctyp" || column == "type") {
            // From 25 on "type" is an arena too.
            if (word == "c1" || word == "c2") row.compiler = word;
        } else if (column == "result") {
            row.result = word;
        } else if (column == "limit") {
            row.limit = size_of(word);
        } else if (column == "#nodes") {
            row.nodes = cursor.decimal();
        } else if (column == "time") {
            row.time_s = vm::whole_or_fraction(word);
        } else if (column == "method") {
            row.method = trim(line.substr(static_cast<std::size_t>(word.data() - line.data())));
        }
    }
    return total && row.method.find("::") != string_view::npos;
}

struct Field {
    string_view key, value;
};

// "Arena Usage at peak : 4053592 (3.87M)"
Field field_of(string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == string_view::npos) return {};
    return {trim(line.substr(0, colon)), trim(line.substr(colon + 2))};
}

// A field of the verbose form.
bool read_field(const Field& field, std::vector<CompilationMemory>& compilations) {
    if (field.key == "Method") {
        if (compilations.size() < most_compilations) compilations.emplace_back().method = field.value;
        return true;
    }
    if (compilations.empty()) return false;
    CompilationMemory& last = compilations.back();
    Cursor cursor(field.value);
    if (field.key == "Compiler") {
        last.compiler = field.value;
    } else if (field.key == "Arena Usage at peak") {
        last.peak = vm::take_size(cursor).value_or(Bytes());
    } else if (field.key == "Nodes at peak") {
        last.nodes = cursor.decimal();
    } else if (field.key == "Result") {
        last.result = field.value;
    } else if (field.key == "Limit") {
        last.limit = vm::take_size(cursor);
    } else if (field.key == "Timestamp") {
        last.time_s = vm::whole_or_fraction(field.value);
    } else {
        return false;
    }
    return true;
}

}  // namespace

bool is_compiler_memory_heading(string_view line) {
    const auto words = words_of(line, most_words);
    constexpr std::size_t fewest = 6;
    if (words.size() < fewest || words.back() != "method") return false;
    return (words[0] == "total" || words[0] == "ctyp") &&
           std::ranges::find(words, string_view{"#nodes"}) != words.end();
}

bool is_compiler_memory_line(string_view line) {
    constexpr std::array begins{string_view{"Compiler Memory Statistic"},
                                string_view{"Compilation memory statistics"},
                                string_view{"(unavailable)"},
                                string_view{"Legend:"},
                                string_view{"(cutoff:"},
                                string_view{"No entries."},
                                string_view{"Not initialized."},
                                string_view{"Total: "},
                                string_view{"Method  "},
                                string_view{"Compiler  "},
                                string_view{"Arena Usage "},
                                string_view{"Nodes at peak"},
                                string_view{"Compile ID"},
                                string_view{"Result  "},
                                string_view{"Limit  "},
                                string_view{"Thread  "},
                                string_view{"Timestamp  "},
                                string_view{"Phase "},
                                string_view{"Allocation timel"}};
    const string_view text = trim(line);
    if (std::ranges::any_of(begins, [&](string_view word) { return text.starts_with(word); })) return true;
    if (text.size() < 3) return false;
    // "(1/64)" of a cut-off; ">4  incrementalInline  1018544 (+130952)"; "NA: …" of the legend
    const bool digit = text[1] >= '0' && text[1] <= '9';
    if (text.front() == '(' && digit && text.find('/') != string_view::npos) return true;
    if ((text.front() == '<' || text.front() == '>') && digit) return true;
    // "NA     : ...how much in node arenas": in small letters, but for two.
    const string_view key = trim(text.substr(0, std::min(text.find(": "), text.size())));
    constexpr std::size_t longest = 11;
    return key.size() <= longest && key.size() < text.size() &&
           (key == "NA" || key == "RA" ||
            key.find_first_not_of("abcdefghijklmnopqrstuvwxyz#") == string_view::npos);
}

// Also a phase's row of the verbose form: a name and an amount for each arena.
bool is_compiler_memory_row(string_view line) {
    const auto words = words_of(line, most_words);
    constexpr std::size_t fewest = 6;
    if (words.size() < fewest) return false;
    const auto sized = static_cast<std::size_t>(std::count_if(
        words.begin() + 1, words.end(), [](string_view word) { return size_of(word).has_value(); }));
    if (words.back().find("::") != string_view::npos || line.find("::") != string_view::npos)
        return sized >= 3 && (size_of(words[0]) || words[0] == "c1" || words[0] == "c2");
    return sized + 1 == words.size();
}

Expected<CompilerMemory> parse_compiler_memory(string_view text, string_view document) {
    CompilerMemory found;
    std::vector<string_view> columns;
    bool empty = false;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        CompilationMemory row;
        if (line.empty()) continue;
        if (line.starts_with("Compilation memory statistics disabled") || line == "(unavailable)") {
            found.disabled = true;
        } else if (is_compiler_memory_heading(line)) {
            columns = words_of(line, most_words);
        } else if (line == "No entries." || line == "Not initialized." || line.starts_with("Total: ")) {
            empty = true;
        } else if (read_row(line, columns, row)) {
            if (found.compilations.size() < most_compilations) found.compilations.push_back(row);
        } else if (!read_field(field_of(line), found.compilations) && !is_compiler_memory_line(line) &&
                   !(columns.empty() && is_compiler_memory_row(line))) {
            found.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (found.compilations.empty() && !found.disabled && !empty)
        return nothing_understood(document, "rows below a heading that ends in \"method\"",
                                  found.not_understood);
    return found;
}

}  // namespace nmtx
