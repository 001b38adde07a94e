// Texts about many processes: the OOM killer's log, and tables of top, ps, docker and jps.
#include <algorithm>
#include <array>

#include "kernel/containers/container_stats.h"
#include "kernel/process_table.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool begins_oom(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (begins_oom_log(text, {})) return true;
    const bool may_go_on = contains(text, "emory") || text.ends_with("Killed") || text.ends_with("Out of");
    return may_go_on && begins_oom_log(text, at.next());
}

LineFit belongs_oom(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    const bool taken = part.oom.take(text);
    part.oom.drop();
    return taken || part.lines == 0 ? LineFit::yes : LineFit::no;
}

namespace {

bool is_top_heading(string_view text) {
    return text.starts_with("PID ") && contains(text, " USER") && contains(text, "%CPU") &&
           contains(text, "TIME+");
}

}  // namespace

bool begins_top(const LineInContext& at) {
    const string_view text = at.trimmed();
    return (text.starts_with("top - ") && contains(text, "load average")) || is_top_heading(text) ||
           (text.starts_with("Threads:") && contains(text, "total,"));
}

LineFit belongs_top(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("top - ")) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (is_top_heading(text)) {
        if (part.total) return LineFit::fresh;
        part.total = true;
        return LineFit::yes;
    }
    constexpr std::array words{string_view{"Tasks:"}, string_view{"Threads:"}, string_view{"%Cpu"},
                               string_view{"Cpu(s)"}, string_view{"KiB "},     string_view{"MiB "},
                               string_view{"GiB "},   string_view{"Mem:"},     string_view{"Swap:"}};
    if (begins_with_one_of(text, words)) return LineFit::yes;
    if (!is_digit(text.front())) return LineFit::no;
    return std::ranges::count(text, ' ') >= 8 ? LineFit::yes : LineFit::no;
}

namespace {

bool is_process_heading(string_view text) {
    if (text.size() > 400 || is_pmap_heading(text)) return false;
    const bool heading = text.starts_with("PID ") || text.starts_with("USER ") || text.starts_with("%CPU ") ||
                         text.starts_with("UID ") || contains(text, " RSS") || text.starts_with("RSS ") ||
                         text.starts_with("RSZ ") || text.starts_with("VSZ ");
    return heading && !process_columns_of_heading(text).empty();
}

}  // namespace

bool begins_process_rows(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (is_process_heading(text)) return true;
    // Rows that grep took from under their heading.
    const bool row =
        contains(text, "java") && text.size() < 4000 && !is_pmap_heading(text) && !begins_java_command(at);
    return row && !process_columns_of_row(text).empty();
}

bool begins_container_rows(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_container_heading(text);
}

// Rows as wide as a table is: until a blank line, or one that ends as a sentence does.
LineFit belongs_rows(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (part.lines == 0) return LineFit::yes;
    if (text.empty()) return LineFit::no;
    if (is_process_heading(text) || begins_container_rows(at)) return LineFit::fresh;
    const bool figures = std::ranges::any_of(text, is_digit);
    return figures && std::ranges::count(text, ' ') >= 2 ? LineFit::yes : LineFit::no;
}

namespace {

bool is_pss(string_view text) {
    return (text.starts_with("PSS:") || text.starts_with("Pss=") || text.starts_with("pss:")) &&
           is_digit(text.back());
}

}  // namespace

bool begins_pss_series(const LineInContext& at) {
    return is_pss(at.trimmed()) && is_pss(at.next());
}

LineFit belongs_pss_series(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    return is_pss(text) ? LineFit::yes : LineFit::no;
}

namespace {

// "15542 java", "97121"
bool is_id_and_name(string_view text) {
    Cursor cursor(text);
    const auto id = cursor.decimal();
    if (!id || *id == 0) return false;
    if (cursor.at_end()) return true;
    if (!cursor.take(" ")) return false;
    return std::ranges::count(trim(cursor.rest()), ' ') <= 2 && cursor.rest().size() <= 80;
}

}  // namespace

bool begins_names(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_id_and_name(text) && contains(text, " ") == contains(at.next(), " ") &&
           is_id_and_name(at.next()) && contains(text, " ");
}

LineFit belongs_names(const LineInContext& at, PartSoFar& /*part*/) {
    return is_id_and_name(at.trimmed()) ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
