// The JVM's longer texts: hs_err logs, VM.info, System.map, class histograms, javacores.
#include <algorithm>
#include <array>

#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool is_elision(string_view trimmed) {
    return !trimmed.empty() && trimmed.size() <= 8 &&
           trimmed.find_first_not_of("[](). \xE2\x80\xA6") == string_view::npos &&
           (contains(trimmed, "..") || contains(trimmed, "\xE2\x80\xA6"));
}

namespace {

// "  12:     22794       41912984  [B (java.base@17.0.15)"
bool is_histogram_row(string_view text) {
    Cursor cursor(text);
    if (!cursor.decimal() || !cursor.take(": ")) return false;
    cursor.skip_blanks();
    if (!cursor.decimal() || !cursor.take(" ")) return false;
    cursor.skip_blanks();
    return cursor.decimal() && cursor.take("  ") && !cursor.at_end();
}

constexpr std::array log_heads{string_view{"# A fatal error has been detected"},
                               string_view{"# There is insufficient memory for the Java"},
                               string_view{"# An unexpected error has been detected"},
                               string_view{"# An unexpected exception has been detected"},
                               string_view{"# Java runtime environment"}};

bool is_log_section(string_view text) {
    return text.starts_with("---------------  ") &&
           (contains(text, "T H R E A D") || contains(text, "P R O C E S S") ||
            contains(text, "S Y S T E M") || contains(text, "S U M M A R Y"));
}

}  // namespace

bool begins_hs_err(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "#") return begins_with_one_of(at.next(), log_heads);
    return begins_with_one_of(text, log_heads) || is_log_section(text);
}

bool begins_vm_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("# JRE version:") || (text == "#" && at.next().starts_with("# JRE version:"));
}

LineFit belongs_hs_err(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (text == "END.") return LineFit::last;
    const bool head = text.front() == '#' && begins_with_one_of(text, log_heads);
    if (head && part.total) return LineFit::fresh;
    part.total = part.total || head || is_log_section(text);
    return LineFit::yes;
}

namespace {

// The lines of "Process Memory:" that are read by themselves; the rest says little without them.
constexpr std::array process_memory_lines{string_view{"C-Heap outstanding allocations:"},
                                          string_view{"Resident Set Size:"}, string_view{"Virtual Size:"},
                                          string_view{"Swapped out:"}};

}  // namespace

// "hs_err_pid7.log:C-Heap …" of grep over several files.
string_view without_file_of_grep(string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos || contains(text.substr(0, colon), " ")) return text;
    const string_view rest = text.substr(colon + 1);
    return begins_with_one_of(rest, process_memory_lines) ? rest : text;
}

bool begins_process_memory(const LineInContext& at) {
    const string_view text = without_file_of_grep(at.trimmed());
    return text == "Process Memory:" || begins_with_one_of(text, process_memory_lines);
}

LineFit belongs_process_memory(const LineInContext& at, PartSoFar& part) {
    const string_view text = without_file_of_grep(at.trimmed());
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text == "Process Memory:") return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    for (const string_view line : process_memory_lines) {
        if (!text.starts_with(line)) continue;
        if (std::ranges::find(part.names, line) != part.names.end()) return LineFit::fresh;
        part.names.push_back(line);
        return LineFit::yes;
    }
    return text.starts_with("glibc malloc tunables:") ? LineFit::yes : LineFit::no;
}

bool begins_system_map(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == 'M')
        return text == "Memory mappings:" || text.starts_with("Memory mappings for process");
    if (text.front() == 'f') return text.starts_with("from  ") && contains(text, "vsize");
    const std::size_t dash = text.find('-');
    return dash < 20 && dash != string_view::npos && text.starts_with("0x") &&
           text.substr(dash).starts_with("-0x") && (contains(text, "p ") || contains(text, "s "));
}

LineFit belongs_system_map(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    constexpr std::size_t longest_legend = 60;
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text == "Memory mappings:" || text.starts_with("Memory mappings for process"))
        return part.total ? LineFit::fresh : LineFit::yes;
    if (text.starts_with("0x")) {
        part.total = true;
        return LineFit::yes;
    }
    if (text.starts_with("====") || text.starts_with("from  ")) return LineFit::yes;
    if (!part.total) return part.lines < longest_legend ? LineFit::yes : LineFit::no;
    const std::size_t colon = text.find(": ");
    return (colon != string_view::npos && colon + 2 < text.size() && is_digit(text[colon + 2])) ||
                   text.starts_with("Total") || text.starts_with("Number of ")
               ? LineFit::yes
               : LineFit::no;
}

bool begins_class_histogram(const LineInContext& at) {
    const string_view text = at.trimmed();
    return (text.starts_with("num ") && contains(text, "#instances")) || is_histogram_row(text);
}

LineFit belongs_class_histogram(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("num ")) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (text.starts_with("Total ")) return LineFit::last;
    return text.starts_with("-----") || is_histogram_row(text) ? LineFit::yes : LineFit::no;
}

bool begins_javacore(const LineInContext& at) {
    return at.trimmed().starts_with("0SECTION  ");
}

LineFit belongs_javacore(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end < 4 || end > 20) return LineFit::no;
    return text.substr(0, end).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == string_view::npos
               ? LineFit::yes
               : LineFit::no;
}

}  // namespace nmtx::kinds
