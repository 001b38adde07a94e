#include "threads/thread_choice.h"

#include <algorithm>
#include <unordered_map>

#include "base/regex.h"

namespace nmtx {
namespace {

Bytes resident_stack(const ThreadRow& row) {
    return row.stack ? row.stack->resident : Bytes();
}

bool before(const ThreadRow& a, const ThreadRow& b, ThreadOrder order) {
    switch (order) {
        case ThreadOrder::cpu:
            return a.cpu_percent.value_or(0) > b.cpu_percent.value_or(0);
        case ThreadOrder::wait:
            return a.wait_percent.value_or(0) > b.wait_percent.value_or(0);
        case ThreadOrder::stack:
            return resident_stack(a) > resident_stack(b);
        case ThreadOrder::name:
            return a.name < b.name;
    }
    return false;
}

bool before(const ThreadPool& a, const ThreadPool& b, ThreadOrder order) {
    switch (order) {
        case ThreadOrder::cpu:
            return a.cpu_percent > b.cpu_percent;
        case ThreadOrder::wait:
            return a.wait_percent > b.wait_percent;
        case ThreadOrder::stack:
            return a.resident > b.resident;
        case ThreadOrder::name:
            return a.name < b.name;
    }
    return false;
}

}  // namespace

std::optional<ThreadOrder> thread_order_named(std::string_view name) {
    if (name == "cpu") return ThreadOrder::cpu;
    if (name == "stack") return ThreadOrder::stack;
    if (name == "wait") return ThreadOrder::wait;
    if (name == "name") return ThreadOrder::name;
    return std::nullopt;
}

std::optional<std::string> error_of_regex(const std::string& expression) {
    return Regex(expression).error();
}

std::vector<const ThreadRow*> chosen_threads(const ThreadTable& table, const ThreadOptions& options) {
    std::vector<const ThreadRow*> rows;
    rows.reserve(table.rows.size());
    const Regex regex(options.match);
    for (const ThreadRow& row : table.rows) {
        if (options.match.empty() || regex.occurs_in(row.name)) rows.push_back(&row);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const ThreadRow* a, const ThreadRow* b) { return before(*a, *b, options.order); });
    if (options.top && rows.size() > *options.top) rows.resize(*options.top);
    return rows;
}

std::vector<const ThreadRow*> busiest_threads(const ThreadTable& table, std::size_t most) {
    std::vector<const ThreadRow*> rows;
    rows.reserve(table.rows.size());
    for (const ThreadRow& row : table.rows) rows.push_back(&row);
    const auto time = [&](const ThreadRow* row) {
        return table.interval_s > 0 ? row->cpu_percent.value_or(0) : row->cpu_seconds;
    };
    const auto idle = [&](const ThreadRow* row) { return time(row) <= 0; };
    rows.erase(std::remove_if(rows.begin(), rows.end(), idle), rows.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const ThreadRow* a, const ThreadRow* b) { return time(a) > time(b); });
    if (rows.size() > most) rows.resize(most);
    return rows;
}

std::vector<ThreadPool> thread_pools(const std::vector<const ThreadRow*>& rows, ThreadOrder order) {
    std::vector<ThreadPool> pools;
    std::unordered_map<std::string, std::size_t> known;
    for (const ThreadRow* row : rows) {
        const std::string pattern = pool_of(row->name);
        const auto [at, added] = known.try_emplace(pattern, pools.size());
        if (added) {
            pools.emplace_back();
            pools.back().name = row->name;
            pools.back().kind = row->kind;
        }
        ThreadPool& pool = pools[at->second];
        if (++pool.threads == 2) pool.name = pattern;
        pool.cpu_percent += row->cpu_percent.value_or(0);
        pool.wait_percent += row->wait_percent.value_or(0);
        pool.cpu_seconds += row->cpu_seconds;
        if (!row->stack) continue;
        pool.reserved = pool.reserved + row->stack->reserved;
        pool.resident = pool.resident + row->stack->resident;
    }
    std::stable_sort(pools.begin(), pools.end(),
                     [&](const ThreadPool& a, const ThreadPool& b) { return before(a, b, order); });
    return pools;
}

}  // namespace nmtx
