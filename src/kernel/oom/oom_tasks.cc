// The table of tasks in the kernel's oom log.
#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "kernel/oom/oom_lines.h"

namespace nmtx {
namespace {

struct TaskColumn {
    std::string_view name;
    OomColumn column;
};
// Linux 2.6.36 had cpu and oom_adj, 3.5 nr_ptes and swapents, 4.0 nr_pmds, 4.14 nr_puds, 4.15
// pgtables_bytes, 6.9 the three parts of rss.
constexpr std::array<TaskColumn, 14> task_columns{{
    {"uid", OomColumn::uid},
    {"tgid", OomColumn::tgid},
    {"total_vm", OomColumn::total_vm},
    {"rss", OomColumn::rss},
    {"rss_anon", OomColumn::rss_anon},
    {"rss_file", OomColumn::rss_file},
    {"rss_shmem", OomColumn::rss_shmem},
    {"nr_ptes", OomColumn::page_tables},
    {"nr_pmds", OomColumn::page_tables},
    {"nr_puds", OomColumn::page_tables},
    {"pgtables_bytes", OomColumn::page_table_bytes},
    {"swapents", OomColumn::swap},
    {"oom_score_adj", OomColumn::score},
    {"name", OomColumn::name},
}};

Bytes pages(std::uint64_t n, Bytes page) {
    const std::uint64_t size = page.value();
    return Bytes(size != 0 && n > ~std::uint64_t{0} / size ? ~std::uint64_t{0} : n * size);
}

void add(std::optional<Bytes>& sum, Bytes amount) {
    sum = sum.value_or(Bytes()) + amount;
}

bool set_cell(OomColumn column, std::uint64_t n, Bytes page, OomTask& task) {
    switch (column) {
        case OomColumn::uid:
            task.uid = n;
            break;
        case OomColumn::tgid:
            task.tgid = n;
            break;
        case OomColumn::total_vm:
            task.total_vm = pages(n, page);
            break;
        case OomColumn::rss:
            task.rss = pages(n, page);
            break;
        case OomColumn::rss_anon:
            task.rss_anon = pages(n, page);
            break;
        case OomColumn::rss_file:
            task.rss_file = pages(n, page);
            break;
        case OomColumn::rss_shmem:
            task.rss_shmem = pages(n, page);
            break;
        case OomColumn::page_tables:
            add(task.page_tables, pages(n, page));
            break;
        case OomColumn::page_table_bytes:
            add(task.page_tables, Bytes(n));
            break;
        case OomColumn::swap:
            task.swap = pages(n, page);
            break;
        case OomColumn::score:
        case OomColumn::other:
        case OomColumn::name:
            break;
    }
    return true;
}

}  // namespace

std::vector<OomColumn> oom_columns_of_heading(std::string_view line) {
    Cursor cursor(line);
    if (!cursor.take("[")) return {};
    cursor.skip_blanks();
    if (!cursor.take("pid")) return {};
    cursor.skip_blanks();
    if (!cursor.take("]")) return {};
    std::vector<OomColumn> columns;
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const std::string_view word = cursor.word();
        const auto* const named = std::find_if(task_columns.begin(), task_columns.end(),
                                               [&](const TaskColumn& c) { return c.name == word; });
        columns.push_back(named == task_columns.end() ? OomColumn::other : named->column);
        if (columns.back() == OomColumn::name) return columns;
    }
    // A heading that was cut leaves the name's place unknown.
    return {};
}

std::vector<OomColumn> oom_columns_of_row(std::string_view line) {
    using C = OomColumn;
    Cursor cursor(line.substr(std::min(line.find(']'), line.size() - 1) + 1));
    std::vector<std::int64_t> figures;
    for (cursor.skip_blanks();; cursor.skip_blanks()) {
        Cursor word(cursor.word());
        const auto figure = word.signed_decimal();
        if (!figure || !word.at_end() || cursor.at_end()) break;
        figures.push_back(*figure);
    }
    switch (figures.size()) {
        case 10:
            return {C::uid,      C::tgid,     C::total_vm,  C::rss,
                    C::rss_anon, C::rss_file, C::rss_shmem, C::page_table_bytes,
                    C::swap,     C::score,    C::name};
        case 8:
            return {C::uid,         C::tgid, C::total_vm, C::rss, C::page_tables,
                    C::page_tables, C::swap, C::score,    C::name};
        case 7: {
            // Bytes are whole pages, and no machine has that many.
            const bool bytes = figures[4] >= 4096 && figures[4] % 4096 == 0;
            return {C::uid,  C::tgid,  C::total_vm, C::rss, bytes ? C::page_table_bytes : C::page_tables,
                    C::swap, C::score, C::name};
        }
        default:
            return {};
    }
}

bool read_oom_task(std::string_view line, const std::vector<OomColumn>& columns, Bytes page, OomTask& task) {
    task = {};
    Cursor cursor(line);
    if (columns.empty() || !cursor.take("[")) return false;
    cursor.skip_blanks();
    const auto pid = cursor.decimal();
    if (!pid || !cursor.take("]")) return false;
    task.pid = *pid;
    for (const OomColumn column : columns) {
        cursor.skip_blanks();
        if (column == OomColumn::name) {
            task.name = cursor.rest();
            return !task.name.empty();
        }
        Cursor word(cursor.word());
        const auto figure = word.signed_decimal();
        if (!figure || !word.at_end()) return false;
        if (column == OomColumn::score) {
            task.oom_score_adj = *figure;
        } else if (*figure < 0 || !set_cell(column, static_cast<std::uint64_t>(*figure), page, task)) {
            return false;
        }
    }
    return false;
}

}  // namespace nmtx
