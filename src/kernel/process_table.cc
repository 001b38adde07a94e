#include "kernel/process_table.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/words.h"
#include "kernel/fields.h"

// USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
// root           1  0.0  0.0   2384  1320 ?        Ss   21:56   0:00 /sbin/init
//
//   PID Command                                                  RSS     PSS
// 15474 /opt/jdk-17/bin/java -jar                               5.1G    5.1G
//
// Columns before the command are read from the left, those behind it from the right.

namespace nmtx {
namespace {

using Column = ProcessColumn;

struct HeadingWord {
    std::string_view name;
    Column column;
};
constexpr std::array<HeadingWord, 36> heading_words{{
    {"PID", Column::pid},           {"TID", Column::tid},          {"LWP", Column::tid},
    {"SPID", Column::tid},          {"PPID", Column::parent},      {"NLWP", Column::threads},
    {"THCNT", Column::threads},     {"nTH", Column::threads},      {"USER", Column::user},
    {"User", Column::user},         {"UID", Column::user},         {"S", Column::state},
    {"STAT", Column::state},        {"TIME", Column::cpu_time},    {"TIME+", Column::cpu_time},
    {"%CPU", Column::cpu_percent},  {"CPU%", Column::cpu_percent}, {"%MEM", Column::memory_percent},
    {"VIRT", Column::virtual_size}, {"VSZ", Column::virtual_size}, {"VSIZE", Column::virtual_size},
    {"RES", Column::resident},      {"RSS", Column::resident},     {"RSZ", Column::resident},
    {"RSSIZE", Column::resident},   {"SHR", Column::shared},       {"PSS", Column::pss},
    {"USS", Column::uss},           {"Swap", Column::swap},        {"SWAP", Column::swap},
    {"COMMAND", Column::command},   {"Command", Column::command},  {"CMD", Column::command},
    {"ARGS", Column::command},      {"LSTART", Column::date},      {"STARTED", Column::date},
}};

constexpr std::size_t most_columns = 64;

bool is_memory(Column column) {
    return column == Column::virtual_size || column == Column::resident || column == Column::pss ||
           column == Column::uss;
}

bool take_number(std::string_view word, std::optional<std::uint64_t>& into) {
    return read_number(word, into);
}

bool read_cell(Column column, std::string_view word, ProcessRow& row) {
    const auto size = [&](std::optional<HumanSize>& into) {
        into = read_human_size(word);
        return into.has_value();
    };
    const auto percent = [&](std::optional<double>& into) {
        into = read_percent(word);
        return into.has_value();
    };
    const auto text = [&](std::string_view& into) {
        into = word;
        return !word.empty();
    };
    switch (column) {
        case Column::pid:
            return take_number(word, row.pid);
        case Column::tid:
            return take_number(word, row.tid);
        case Column::parent:
            return take_number(word, row.parent);
        case Column::threads:
            return take_number(word, row.threads);
        case Column::user:
            return text(row.user);
        case Column::state:
            return text(row.state);
        case Column::cpu_time:
            return text(row.cpu_time);
        case Column::cpu_percent:
            return percent(row.cpu_percent);
        case Column::memory_percent:
            return percent(row.memory_percent);
        case Column::virtual_size:
            return size(row.virtual_size);
        case Column::resident:
            return size(row.resident);
        case Column::shared:
            return size(row.shared);
        case Column::pss:
            return size(row.pss);
        case Column::uss:
            return size(row.uss);
        case Column::swap:
            return size(row.swap);
        case Column::command:
        case Column::date:
        case Column::other:
            break;
    }
    return !word.empty();
}

// The last word, taken off the text; empty where there is none.
std::string_view last_word(std::string_view& text) {
    text = trim(text);
    const std::size_t blank = text.find_last_of(" \t");
    const std::string_view word = blank == std::string_view::npos ? text : text.substr(blank + 1);
    text = blank == std::string_view::npos ? std::string_view() : text.substr(0, blank);
    return word;
}

}  // namespace

std::vector<ProcessColumn> process_columns_of_heading(std::string_view line) {
    std::vector<Column> columns;
    std::size_t known = 0;
    bool memory = false;
    for (const std::string_view word : words_of(line, most_columns)) {
        const auto* const named = std::find_if(heading_words.begin(), heading_words.end(),
                                               [&](const HeadingWord& name) { return name.name == word; });
        // Others are in capitals too; a figure or a sentence is not.
        if (named == heading_words.end() &&
            (word.find_first_of("0123456789abcdefghijklmnopqrstuvwxyz:/") != std::string_view::npos))
            return {};
        columns.push_back(named == heading_words.end() ? Column::other : named->column);
        if (named != heading_words.end()) ++known;
        memory = memory || is_memory(columns.back());
    }
    if (!memory || known < 2 || std::count(columns.begin(), columns.end(), Column::command) > 1) return {};
    // STARTED is one word but for lstart; those that print five are told by their rows.
    return columns;
}

std::vector<ProcessColumn> process_columns_of_row(std::string_view line) {
    using C = Column;
    const auto words = words_of(line, 12);
    std::optional<std::uint64_t> number;
    const auto percent = [&](std::size_t i) { return read_percent(words[i]).has_value(); };
    const auto size = [&](std::size_t i) { return read_human_size(words[i]).has_value(); };
    if (words.size() == 12 && read_number(words[0], number) && size(4) && size(5) && size(6) &&
        words[7].size() == 1 && percent(8) && percent(9)) {
        return {C::pid,    C::user,  C::other,       C::other,          C::virtual_size, C::resident,
                C::shared, C::state, C::cpu_percent, C::memory_percent, C::cpu_time,     C::command};
    }
    if (words.size() >= 11 && read_number(words[1], number) && percent(2) && percent(3) &&
        read_number(words[4], number) && read_number(words[5], number)) {
        return {C::user,  C::pid,   C::cpu_percent, C::memory_percent, C::virtual_size, C::resident,
                C::other, C::state, C::other,       C::cpu_time,       C::command};
    }
    return {};
}

bool read_process_row(std::string_view line, const std::vector<ProcessColumn>& columns, ProcessRow& row) {
    row = {};
    const auto command = std::find(columns.begin(), columns.end(), Column::command);
    Cursor cursor(line);
    for (auto column = columns.begin(); column != command; ++column) {
        cursor.skip_blanks();
        std::string_view word = cursor.word();
        constexpr std::string_view days = "MonTueWedThuFriSatSun";
        if (*column == Column::date && word.size() == 3 && days.find(word) != std::string_view::npos) {
            for (int i = 0; i < 4; ++i) {
                cursor.skip_blanks();
                word = cursor.word();
            }
        }
        if (!read_cell(*column, word, row)) return false;
    }
    if (command == columns.end()) return trim(cursor.rest()).empty();
    std::string_view rest = cursor.rest();
    for (auto column = columns.end() - 1; column != command; --column) {
        if (!read_cell(*column, last_word(rest), row)) return false;
    }
    row.command = trim(rest);
    return !row.command.empty();
}

Expected<ProcessTable> parse_process_table(std::string_view text, std::string_view document) {
    ProcessTable table;
    std::vector<Column> columns;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        if (line.empty()) continue;
        ProcessRow row;
        bool read = !columns.empty() && read_process_row(line, columns, row);
        if (!read) {
            if (auto heading = process_columns_of_heading(line); !heading.empty()) {
                columns = std::move(heading);
                table.heading = true;
                continue;
            }
        }
        if (!read && columns.empty())
            read = read_process_row(line, process_columns_of_row(line), row) && row.pid;
        row.line = lines.number();
        if (read && table.rows.size() == most_process_rows) {
            ++table.rows_left_out;
        } else if (read) {
            table.rows.push_back(row);
        } else {
            table.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (table.rows.empty()) {
        return nothing_understood(document, "rows of processes below a heading like \"PID RSS COMMAND\"",
                                  table.not_understood);
    }
    return table;
}

}  // namespace nmtx
