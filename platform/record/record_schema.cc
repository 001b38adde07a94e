#include "platform/record/record_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/printable.h"
#include "platform/record/record_columns.h"

namespace nmtx {
namespace {

struct Made {
    std::string_view type;
    std::string_view name;
    std::string sql;
};

// One row for each owner and sample; both small numbers, so that a row takes some 15 bytes.
const std::array<Made, 8>& all_made() {
    static const std::array<Made, 8> all{{
        {"table", "run", R"(CREATE TABLE run(
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL, boot_id TEXT NOT NULL, command TEXT NOT NULL,
  java TEXT NOT NULL, gc TEXT NOT NULL, nmt_level TEXT NOT NULL, nmtx_version TEXT NOT NULL, physical_memory INTEGER,
  ended_ms INTEGER, end TEXT NOT NULL DEFAULT ''))"},
        {"table", "owner", "CREATE TABLE owner(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE)"},
        {"table", "category", "CREATE TABLE category(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"},
        {"table", "sample", sample_table()},
        {"index", "sample_by_time", "CREATE INDEX sample_by_time ON sample(line_ms)"},
        {"table", "resident", R"(CREATE TABLE resident(
  sample INTEGER NOT NULL, owner INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(sample, owner)) WITHOUT ROWID)"},
        {"table", "nmt", R"(CREATE TABLE nmt(
  sample INTEGER NOT NULL, category INTEGER NOT NULL, committed INTEGER NOT NULL, malloc INTEGER NOT NULL, count INTEGER,
  PRIMARY KEY(sample, category)) WITHOUT ROWID)"},
        {"table", "thinned", "CREATE TABLE thinned(tier INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL)"},
    }};
    return all;
}

const Made* made_as(std::string_view name) {
    const auto found = std::find_if(all_made().begin(), all_made().end(),
                                    [&](const Made& made) { return name == made.name; });
    return found == all_made().end() ? nullptr : &*found;
}

// A row of sqlite_schema. Nothing: it is fine. `ours` counts what record_schema() makes.
std::optional<std::string> objection(const Statement& row, std::size_t& ours) {
    const std::string type = row.text(0);
    const std::string name = row.text(1);
    const std::string table = row.text(2);
    const std::string sql = row.text(3);
    const std::string shown = fmt::format("{} '{}'", printable(type), fit(printable(name), 40));
    if (const Made* made = made_as(name)) {
        ++ours;
        if (type == made->type && sql == made->sql) return std::nullopt;
        return "another " + shown;
    }
    if (type == "table" && sql.starts_with("CREATE TABLE ")) return std::nullopt;
    // What SQLite makes by itself for UNIQUE has no text.
    const bool of_ours = made_as(table) != nullptr;
    if (type == "index" && (sql.empty() || !of_ours)) return std::nullopt;
    return "a " + shown;
}

}  // namespace

std::string record_schema() {
    std::string statements;
    for (const Made& made : all_made()) statements.append(made.sql).append(";\n");
    return statements;
}

Expected<void> check_record_schema(RecordDatabase& database) {
    constexpr const char* hint = "name a file that nmtx record wrote";
    auto rows = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema");
    if (!rows) return tl::make_unexpected(rows.error());
    std::size_t ours = 0;
    auto more = database.step(*rows);
    for (; more && *more; more = database.step(*rows)) {
        if (const auto found = objection(*rows, ours))
            return failure(database.path(), "is not a recording of nmtx: it has " + *found, hint);
    }
    if (!more) return tl::make_unexpected(more.error());
    if (ours != all_made().size())
        return failure(database.path(), "is not a recording of nmtx: a table is missing", hint);
    return {};
}

Expected<void> check_record_pages(RecordDatabase& database) {
    for (const Made& made : all_made()) {
        if (made.type != "table") continue;
        auto quick = database.prepare(fmt::format("PRAGMA quick_check({})", made.name));
        if (!quick) return tl::make_unexpected(quick.error());
        const auto row = database.step(*quick);
        if (!row) return tl::make_unexpected(row.error());
        if (const std::string found = *row ? quick->text(0) : ""; found != "ok")
            return failure(database.path(), fmt::format("the recording is damaged: {}", printable(found)),
                           "recover what is left with: sqlite3 FILE .recover");
    }
    return {};
}

}  // namespace nmtx
