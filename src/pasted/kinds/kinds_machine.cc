// The memory of a whole machine: /proc/meminfo and free.
#include <algorithm>
#include <array>

#include "kernel/host_memory.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

// "MemAvailable:   24077020 kB"
bool is_meminfo_figure(string_view text) {
    constexpr std::array names{string_view{"MemTotal:"}, string_view{"MemFree:"},
                               string_view{"MemAvailable:"}};
    return begins_with_one_of(text, names) && is_in_kb(text.substr(text.find(':') + 1));
}

// "Active(anon):  1616 kB", "HugePages_Total:  0"
bool is_field(string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos || colon == 0 || text.substr(0, colon).find(' ') != string_view::npos)
        return false;
    const string_view value = trim(text.substr(colon + 1));
    if (is_in_kb(value)) return true;
    return !value.empty() && std::ranges::all_of(value, is_digit);
}

bool is_free_row(string_view text) {
    constexpr std::array names{string_view{"Mem:"},  string_view{"Swap:"}, string_view{"Total:"},
                               string_view{"-/+ "},  string_view{"Low:"},  string_view{"High:"},
                               string_view{"Comm:"}, string_view{"total "}};
    return begins_with_one_of(text, names);
}

// "Mem:           24105         656 …"
bool is_memory_row(string_view text) {
    Cursor cursor(text);
    if (!cursor.take("Mem:")) return false;
    cursor.skip_blanks();
    return cursor.decimal().has_value();
}

}  // namespace

bool begins_meminfo(const LineInContext& at) {
    return is_meminfo_figure(at.trimmed());
}

LineFit belongs_meminfo(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (!is_field(text)) return LineFit::no;
    return comes_again(key_of(text), part) ? LineFit::fresh : LineFit::yes;
}

bool begins_free(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Mem:")) return contains(at.command(), "free") && is_memory_row(text);
    return is_free_heading(text) && (is_memory_row(at.next()) || contains(at.command(), "free"));
}

LineFit belongs_free(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (is_free_heading(text)) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (!is_free_row(text)) return LineFit::no;
    return comes_again(text.substr(0, text.find(' ')), part) ? LineFit::fresh : LineFit::yes;
}

}  // namespace nmtx::kinds
