#include "platform/record/record_gaps.h"

#include <algorithm>
#include <string_view>

#include "platform/record/record_numbers.h"

namespace nmtx {
namespace {

constexpr std::string_view table =
    "CREATE TABLE gap(id INTEGER PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, "
    "waited INTEGER NOT NULL, lost INTEGER NOT NULL, reason TEXT NOT NULL)";
constexpr std::size_t most_gaps = 10000;
constexpr std::size_t longest_reason = 1000;

// Word for word as we make it: a stranger's file may have computed columns in a table of this name.
Expected<bool> has_table(RecordDatabase& database) {
    auto query = database.prepare(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'gap' AND sql = ?");
    if (!query) return tl::make_unexpected(query.error());
    query->bind(0, table);
    const auto row = database.step(*query);
    if (!row) return tl::make_unexpected(row.error());
    return *row && query->number(0) > 0;
}

}  // namespace

Expected<void> add_gap(RecordDatabase& database, const RecordedGap& gap) {
    const auto there = has_table(database);
    if (!there) return tl::make_unexpected(there.error());
    return database.transaction([&]() -> Expected<void> {
        if (!*there) {
            if (auto made = database.execute(std::string(table).c_str()); !made) return made;
        }
        auto insert =
            database.prepare("INSERT INTO gap(from_ms, to_ms, waited, lost, reason) VALUES(?,?,?,?,?)");
        if (!insert) return tl::make_unexpected(insert.error());
        int parameter = 0;
        for (const std::int64_t number : {gap.from_ms, gap.to_ms, static_cast<std::int64_t>(gap.waited),
                                          static_cast<std::int64_t>(gap.lost)})
            insert->bind(parameter++, number);
        insert->bind(parameter, std::string_view(gap.reason));
        return database.run(*insert);
    });
}

Expected<std::vector<RecordedGap>> read_gaps(RecordDatabase& database) {
    std::vector<RecordedGap> gaps;
    const auto there = has_table(database);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) return gaps;
    auto query = database.prepare("SELECT from_ms, to_ms, waited, lost, reason FROM gap ORDER BY id DESC");
    if (!query) return tl::make_unexpected(query.error());
    auto row = database.step(*query);
    for (; row && *row && gaps.size() < most_gaps; row = database.step(*query)) {
        gaps.push_back({query->number(0), query->number(1), stored::count(query->number(2)),
                        stored::count(query->number(3)), query->text(4).substr(0, longest_reason)});
    }
    if (!row) return tl::make_unexpected(row.error());
    std::reverse(gaps.begin(), gaps.end());
    return gaps;
}

void share_out_gaps(const std::vector<RecordedGap>& gaps, std::vector<RecordedSeries>& record) {
    for (RecordedSeries& series : record) {
        if (series.samples.empty()) continue;
        const std::int64_t first = series.samples.front().time.line_ms,
                           last = series.samples.back().time.line_ms;
        std::copy_if(gaps.begin(), gaps.end(), std::back_inserter(series.gaps),
                     [&](const RecordedGap& gap) { return gap.to_ms >= first && gap.from_ms <= last; });
    }
}

}  // namespace nmtx
