// Control Group                                   Tasks   %CPU   Memory  Input/s Output/s
// /                                                 210    3.1     4.2G        -        -
// system.slice/app.service                           57   12.3     1.9G        -        -
//
// A path may contain blanks, so columns are read from the right.
#include "kernel/containers/cgroup_top.h"

#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"
#include "kernel/human_size.h"

namespace nmtx {
namespace {

using std::string_view;

string_view take_last_word(string_view& text) {
    text = trim(text);
    const std::size_t blank = text.find_last_of(" \t");
    const string_view word = blank == string_view::npos ? text : text.substr(blank + 1);
    text = blank == string_view::npos ? string_view{} : text.substr(0, blank);
    return word;
}

bool is_size(string_view word) {
    return word == "-" || read_human_size(word, Bytes(1)).has_value();
}

std::optional<CgroupTopRow> read_row(string_view line) {
    string_view rest = line;
    const string_view output = take_last_word(rest), input = take_last_word(rest),
                      memory = take_last_word(rest), cpu = take_last_word(rest), tasks = take_last_word(rest);
    CgroupTopRow row;
    row.path = trim(rest);
    if (row.path.empty() || !is_size(output) || !is_size(input) || !is_size(memory)) return std::nullopt;
    if (cpu != "-" && !read_percent(cpu)) return std::nullopt;
    if (tasks != "-" && !read_number(tasks, row.tasks)) return std::nullopt;
    if (const auto size = read_human_size(memory, Bytes(1))) row.memory = size->bytes;
    return row;
}

}  // namespace

bool is_cgroup_top_heading(string_view line) {
    const bool first =
        line.starts_with("Control Group ") || line.starts_with("CGroup ") || line.starts_with("Path ");
    return first && line.find("Tasks") != string_view::npos && line.find("Memory") != string_view::npos;
}

bool is_cgroup_top_row(string_view line) {
    const auto row = read_row(line);
    return row && (row->tasks || row->memory);
}

Expected<CgroupTop> parse_cgroup_top(string_view text, string_view document) {
    CgroupTop top;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (line.empty() || is_cgroup_top_heading(line)) continue;
        if (auto row = read_row(line)) {
            top.rows.push_back(*row);
        } else {
            top.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (top.rows.empty())
        return nothing_understood(document, "rows \"path tasks %CPU memory input output\"",
                                  top.not_understood);
    return top;
}

}  // namespace nmtx
