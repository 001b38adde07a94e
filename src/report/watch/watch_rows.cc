#include "report/watch/watch_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "ledger/owner_paths.h"
#include "report/style/style.h"
#include "threads/thread_table.h"

namespace nmtx {
namespace {

// What a row is sorted by, the largest first; equal ones by name.
double weight_of(const WatchRow& row, WatchSort sort) {
    const bool pool = row.threads > 0 || row.threads_since_start != 0 || row.threads_since_last != 0;
    const auto change = [&](const std::optional<Delta>& bytes, std::int64_t threads) {
        return pool ? static_cast<double>(threads) : static_cast<double>(bytes.value_or(Delta{}).value);
    };
    switch (sort) {
        case WatchSort::since_start:
            return change(row.since_start, row.threads_since_start);
        case WatchSort::since_last:
            return change(row.since_last, row.threads_since_last);
        case WatchSort::cpu:
            if (row.cpu_percent) return *row.cpu_percent;
            break;
        case WatchSort::name:
            return 0;
        case WatchSort::resident:
            break;
    }
    return static_cast<double>(row.resident.value());
}

std::vector<WatchRow> sorted(std::vector<WatchRow> rows, WatchSort sort) {
    std::stable_sort(rows.begin(), rows.end(), [&](const WatchRow& a, const WatchRow& b) {
        const double of_a = weight_of(a, sort), of_b = weight_of(b, sort);
        if (of_a != of_b) return of_a > of_b;
        if (sort != WatchSort::name && a.resident != b.resident) return a.resident > b.resident;
        return a.name < b.name;
    });
    return rows;
}

// Nothing then and nothing now: one of NMT's categories of which no page is resident.
bool empty(const WatchRow& row) {
    return row.resident == Bytes() && row.since_start.value_or(Delta{}) == Delta{} &&
           row.since_last.value_or(Delta{}) == Delta{};
}

std::vector<WatchRow> rows_of_owners(const WatchedChange& change, std::string_view parent) {
    std::map<std::string, WatchRow> rows;
    const auto row_of = [&](const OwnerChange& owner) -> WatchRow* {
        const std::string_view name = name_below(owner.path, parent);
        if (name.empty()) return nullptr;
        WatchRow& row = rows[owner.path];
        row.name = name;
        row.path = owner.path;
        row.estimated = row.estimated || owner.estimated;
        return &row;
    };
    for (const OwnerChange& owner : change.since_start->owners) {
        if (WatchRow* row = row_of(owner)) {
            row->resident = owner.resident.after;
            row->since_start = owner.resident.change();
            row->since_last = Delta{};
        }
    }
    for (const OwnerChange& owner : change.since_last->owners) {
        if (WatchRow* row = row_of(owner)) {
            row->since_last = owner.resident.change();
            if (!row->since_start) row->since_start = Delta{};
        }
    }
    std::vector<WatchRow> list;
    for (auto& [path, row] : rows) {
        row.per_minute = rate_since_start(change, row.since_start);
        if (!empty(row)) list.push_back(std::move(row));
    }
    return list;
}

// If a snapshot has no separate class for a size, its change is unknown.
std::optional<Delta> change_of(const SizeChange& size) {
    if (!size.before || !size.after) return std::nullopt;
    return difference(size.after->resident, size.before->resident);
}

}  // namespace

std::vector<WatchRow> owner_rows(const WatchedChange& change, WatchSort sort) {
    return sorted(rows_of_owners(change, ""), sort);
}

std::vector<WatchRow> malloc_rows(const WatchedChange& change, WatchSort sort) {
    return sorted(rows_of_owners(change, owner_path::malloc), sort);
}

std::vector<WatchRow> with_small_ones_as_one(std::vector<WatchRow> rows) {
    constexpr std::int64_t least = 52429;  // of what is shown as 0.1 MiB
    const auto small = [&](const WatchRow& row) {
        const auto little = [&](const std::optional<Delta>& change) {
            return change && change->value > -least && change->value < least;
        };
        return row.resident < Bytes(least) && little(row.since_start) && little(row.since_last);
    };
    const auto count = static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), small));
    if (count < 2) return rows;
    WatchRow rest;
    rest.name = fmt::format("{} more, small", count);
    Delta since_start, since_last;
    for (const WatchRow& row : rows) {
        if (!small(row)) continue;
        if (row.per_minute) rest.per_minute = rest.per_minute.value_or(0) + *row.per_minute;
        rest.resident += row.resident;
        since_start.value += row.since_start->value;
        since_last.value += row.since_last->value;
    }
    rest.since_start = since_start;
    rest.since_last = since_last;
    std::erase_if(rows, small);
    rows.push_back(std::move(rest));
    return rows;
}

std::vector<WatchRow> block_rows(const WatchedChange& change, WatchSort sort) {
    if (!change.since_start->malloc || !change.since_last->malloc) return {};
    std::map<Bytes, std::optional<Delta>> since_last;
    for (const SizeChange& size : change.since_last->malloc->sizes)
        since_last[size.block.value_or(Bytes())] = change_of(size);
    std::vector<WatchRow> rows;
    for (const SizeChange& size : change.since_start->malloc->sizes) {
        if (!size.after) continue;
        WatchRow row;
        row.name = size.block ? fmt::format("{} bytes, {} blocks", grouped(size.block->value()),
                                            grouped(size.after->blocks))
                              : fmt::format("other sizes, {} blocks", grouped(size.after->blocks));
        row.block = size.block;
        row.resident = size.after->resident;
        row.since_start = change_of(size);
        row.per_minute = rate_since_start(change, row.since_start);
        if (const auto it = since_last.find(size.block.value_or(Bytes())); it != since_last.end())
            row.since_last = it->second;
        if (!empty(row)) rows.push_back(std::move(row));
    }
    return sorted(std::move(rows), sort);
}

std::vector<WatchRow> thread_rows(const WatchedChange& change, WatchSort sort) {
    if (!change.since_start->threads || !change.since_last->threads) return {};
    std::map<std::string, WatchRow> rows;
    for (const PoolChange& pool : change.since_start->threads->pools) {
        WatchRow& row = rows[pool_of(pool.name)];
        row.name = pool.name;
        row.threads = pool.threads.after;
        row.threads_since_start = pool.threads.change();
        row.resident = pool.stacks.after;
        row.since_start = pool.stacks.change();
        row.since_last = Delta{};
    }
    const double seconds = change.since_last->seconds.value_or(0);
    for (const PoolChange& pool : change.since_last->threads->pools) {
        WatchRow& row = rows[pool_of(pool.name)];
        if (row.name.empty()) row.name = pool.name;
        row.threads_since_last = pool.threads.change();
        row.since_last = pool.stacks.change();
        if (seconds > 0) row.cpu_percent = 100 * pool.cpu_seconds / seconds;
    }
    std::vector<WatchRow> list;
    for (auto& [pool, row] : rows) {
        const bool gone_for_long = row.threads == 0 && row.threads_since_last == 0;
        if (!gone_for_long || row.threads_since_start != 0) list.push_back(std::move(row));
    }
    return sorted(std::move(list), sort);
}

std::vector<WatchRow> filtered(std::vector<WatchRow> rows, std::string_view text) {
    if (text.empty()) return rows;
    const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&](char a, char b) { return small(a) == small(b); };
    std::erase_if(rows, [&](const WatchRow& row) {
        return std::search(row.name.begin(), row.name.end(), text.begin(), text.end(), same) ==
               row.name.end();
    });
    return rows;
}

std::optional<double> rate_since_start(const WatchedChange& change, std::optional<Delta> since_start) {
    const auto seconds = change.since_start->seconds;
    if (!since_start || !seconds || *seconds <= 0) return std::nullopt;
    return static_cast<double>(since_start->value) / *seconds * 60;
}

}  // namespace nmtx
