#include "kernel/oom_lines.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"

namespace nmtx {
namespace {

struct ColumnName {
    std::string_view name;
    OomColumn column;
};
// Linux 2.6.36 had cpu and oom_adj, 3.5 nr_ptes and swapents, 4.0 nr_pmds, 4.14 nr_puds, 4.15
// pgtables_bytes, 6.9 the three parts of rss.
constexpr std::array<ColumnName, 14> column_names{{
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

// "total-vm:26212772kB" anywhere in the text.
std::optional<std::uint64_t> figure_of(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    return Cursor(text.substr(at + key.size())).decimal();
}

std::optional<Bytes> amount_of(std::string_view text, std::string_view key) {
    const auto number = figure_of(text, key);
    return number ? std::optional(kib(*number)) : std::nullopt;
}

// What follows `key` up to the next of the keys that may come after a path, which may hold commas itself.
std::string_view value_of(std::string_view line, std::string_view key) {
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view value = line.substr(at + key.size());
    std::size_t end = value.size();
    for (const std::string_view next : {",nodemask=", ",cpuset=", ",mems_allowed=", ",global_oom",
                                        ",oom_memcg=", ",task_memcg=", ",task=", ",pid=", ",uid="})
        end = std::min(end, value.find(next));
    return value.substr(0, end);
}

bool read_constraint(std::string_view line, OomKill& kill) {
    const std::string_view name = value_of(line, "constraint=");
    if (name == "CONSTRAINT_NONE") kill.constraint = OomConstraint::none;
    if (name == "CONSTRAINT_CPUSET") kill.constraint = OomConstraint::cpuset;
    if (name == "CONSTRAINT_MEMORY_POLICY") kill.constraint = OomConstraint::memory_policy;
    if (name == "CONSTRAINT_MEMCG") kill.constraint = OomConstraint::memcg;
    if (name.empty()) return false;
    kill.limited_cgroup = value_of(line, ",oom_memcg=");
    kill.victim_cgroup = value_of(line, ",task_memcg=");
    kill.chosen = value_of(line, ",task=");
    kill.chosen_pid = figure_of(line, ",pid=");
    return true;
}

// "usage 524288kB, limit 9007199254740988kB, failcnt 77"
bool read_counter(std::string_view text, std::optional<OomCounter>& into) {
    // No limit is LONG_MAX in whole pages; before Linux 3.19 ULONG_MAX, in KiB.
    constexpr std::uint64_t least_none = 9'007'199'254'000'000;
    OomCounter counter;
    Cursor cursor(text);
    if (!cursor.take("usage ")) return false;
    const auto usage = cursor.decimal();
    if (!usage || !cursor.take("kB, limit ")) return false;
    const auto limit = cursor.decimal();
    if (!limit || !cursor.take("kB, failcnt ")) return false;
    const auto failcnt = cursor.decimal();
    if (!failcnt) return false;
    counter.usage = kib(*usage);
    if (*limit < least_none) counter.limit = kib(*limit);
    counter.failcnt = *failcnt;
    into = counter;
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
        const auto* const named = std::find_if(column_names.begin(), column_names.end(),
                                               [&](const ColumnName& c) { return c.name == word; });
        columns.push_back(named == column_names.end() ? OomColumn::other : named->column);
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
            // Bytes are whole pages, and nobody has so many of them.
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

// Memory cgroup out of memory: Killed process 71 (java) total-vm:390360kB, anon-rss:183712kB,
// file-rss:1016kB, shmem-rss:0kB, UID:0 pgtables:512kB oom_score_adj:0
bool read_oom_victim(std::string_view line, OomVictim& victim) {
    constexpr std::string_view killed = "Killed process ";
    victim = {};
    const std::size_t at = line.find(killed);
    if (at == std::string_view::npos) return false;
    Cursor cursor(line.substr(at + killed.size()));
    const auto pid = cursor.decimal();
    if (!pid || !cursor.take(" (")) return false;
    const std::string_view rest = cursor.rest();
    const std::size_t figures = std::min(rest.find("total-vm:"), rest.size());
    const std::size_t close = rest.substr(0, figures).rfind(')');
    if (close == std::string_view::npos) return false;
    victim.pid = *pid;
    victim.name = rest.substr(0, close);
    const std::string_view behind = rest.substr(close);
    victim.total_vm = amount_of(behind, "total-vm:");
    victim.anon_rss = amount_of(behind, "anon-rss:");
    victim.file_rss = amount_of(behind, "file-rss:");
    victim.shmem_rss = amount_of(behind, "shmem-rss:");
    victim.page_tables = amount_of(behind, "pgtables:");
    victim.uid = figure_of(behind, "UID:");
    if (!victim.uid) victim.uid = figure_of(behind, "UID ");
    if (const std::size_t score = behind.find("oom_score_adj:"); score != std::string_view::npos)
        victim.oom_score_adj = Cursor(behind.substr(score + 14)).signed_decimal();
    return true;
}

bool read_oom_circumstance(std::string_view line, OomKill& kill) {
    Cursor cursor(line);
    if (cursor.take("oom-kill:")) return read_constraint(cursor.rest(), kill);
    if (cursor.take("memory: ")) return read_counter(cursor.rest(), kill.memory);
    if (cursor.take("kmem: ")) return read_counter(cursor.rest(), kill.kmem);
    if (cursor.take("swap: ")) return read_counter(cursor.rest(), kill.swap);
    if (cursor.take("memory+swap: ")) return kill.swap_with_memory = read_counter(cursor.rest(), kill.swap);
    if (cursor.take("Task in ")) {
        constexpr std::string_view because = " killed as a result of limit of ";
        const auto victim = cursor.until(because);
        if (!victim) return false;
        cursor.take(because);
        kill.victim_cgroup = *victim;
        kill.limited_cgroup = cursor.rest();
        kill.constraint = OomConstraint::memcg;
        return true;
    }
    if (cursor.take("Memory limit reached of cgroup ")) {
        kill.limited_cgroup = cursor.rest();
        kill.constraint = OomConstraint::memcg;
        return true;
    }
    constexpr std::string_view invoked = " invoked oom-killer:";
    const auto name = cursor.until(invoked);
    if (!name) return false;
    kill.invoked_by = *name;
    kill.order = figure_of(cursor.rest(), "order=");
    return true;
}

bool read_oom_stats(std::string_view line, OomCgroupStats& stats) {
    Cursor cursor(line);
    if (!cursor.take("Memory cgroup stats for ")) return false;
    stats = {};
    const std::string_view rest = cursor.rest();
    const std::size_t colon = rest.ends_with(':') ? rest.size() - 1 : rest.find(": ");
    stats.path = rest.substr(0, colon);
    if (colon == std::string_view::npos) return true;
    Cursor figures(rest.substr(colon + 1));
    for (figures.skip_blanks(); !figures.at_end(); figures.skip_blanks()) {
        Cursor word(figures.word());
        const auto key = word.until(":");
        word.take(":");
        const auto amount = word.decimal();
        if (key && amount && word.take("KB") && word.at_end()) stats.figures.emplace_back(*key, kib(*amount));
    }
    return true;
}

bool read_oom_stat(std::string_view line, OomCgroupStats& stats) {
    Cursor cursor(line);
    const std::string_view key = cursor.word();
    const bool is_key =
        !key.empty() &&
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos &&
        key.front() >= 'a';
    if (!is_key || !cursor.take(" ")) return false;
    const auto figure = cursor.decimal();
    if (!figure || !cursor.at_end()) return false;
    // Events, not amounts.
    for (const std::string_view events : {"pg", "workingset_", "thp_", "zswp", "numa_", "swpin", "swpout"}) {
        if (key.starts_with(events)) return true;
    }
    stats.figures.emplace_back(key, Bytes(*figure));
    return true;
}

}  // namespace nmtx
