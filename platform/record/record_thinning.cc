#include "platform/record/record_thinning.h"

#include <algorithm>
#include <vector>

namespace nmtx {
namespace {

constexpr std::int64_t most_spans_at_once = 500;

Expected<std::vector<std::int64_t>> surplus(RecordDatabase& database, std::int64_t from, std::int64_t to,
                                            std::int64_t span) {
    auto query = database.prepare(
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY run, line_ms / ?3 ORDER BY depth DESC, "
        "id) AS n FROM sample WHERE line_ms >= ?1 AND line_ms < ?2) WHERE n > 1");
    if (!query) return tl::make_unexpected(query.error());
    query->bind(0, from);
    query->bind(1, to);
    query->bind(2, span);
    std::vector<std::int64_t> ids;
    auto row = database.step(*query);
    for (; row && *row; row = database.step(*query)) ids.push_back(query->number(0));
    if (!row) return tl::make_unexpected(row.error());
    return ids;
}

Expected<void> remove(RecordDatabase& database, const std::vector<std::int64_t>& ids) {
    for (const char* sql : {"DELETE FROM resident WHERE sample = ?", "DELETE FROM nmt WHERE sample = ?",
                            "DELETE FROM sample WHERE id = ?"}) {
        auto statement = database.prepare(sql);
        if (!statement) return tl::make_unexpected(statement.error());
        for (const std::int64_t id : ids) {
            statement->bind(0, id);
            if (auto run = database.run(*statement); !run) return run;
        }
    }
    return {};
}

}  // namespace

Expected<void> thin_out(RecordDatabase& database, std::int64_t now_ms) {
    const auto first = database.number("SELECT coalesce(min(line_ms), 0) FROM sample");
    if (!first) return tl::make_unexpected(first.error());
    for (std::size_t i = 0; i < thinning_tiers.size(); ++i) {
        const ThinningTier& tier = thinning_tiers[i];
        const std::int64_t end = (now_ms - tier.older_than_ms) / tier.one_in_ms * tier.one_in_ms;
        if (end <= *first) continue;
        auto query = database.prepare("SELECT until_ms FROM thinned WHERE tier = ?");
        if (!query) return tl::make_unexpected(query.error());
        query->bind(0, static_cast<std::int64_t>(i));
        const auto known = database.step(*query);
        if (!known) return tl::make_unexpected(known.error());
        const std::int64_t begin =
            std::max(*known ? query->number(0) : 0, *first / tier.one_in_ms * tier.one_in_ms);
        const std::int64_t until = std::min(end, begin + most_spans_at_once * tier.one_in_ms);
        if (until <= begin) continue;
        const auto ids = surplus(database, begin, until, tier.one_in_ms);
        if (!ids) return tl::make_unexpected(ids.error());
        if (auto removed = remove(database, *ids); !removed) return removed;
        auto mark = database.prepare("INSERT OR REPLACE INTO thinned(tier, until_ms) VALUES(?, ?)");
        if (!mark) return tl::make_unexpected(mark.error());
        mark->bind(0, static_cast<std::int64_t>(i));
        mark->bind(1, until);
        if (auto marked = database.run(*mark); !marked) return marked;
    }
    return {};
}

}  // namespace nmtx
