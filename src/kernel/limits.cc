#include <fmt/format.h>

#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"
#include "kernel/status.h"

// Limit                     Soft Limit           Hard Limit           Units
// Max stack size            8388608              unlimited            bytes
// Max processes             96365                96365                processes
// Max nice priority         0                    0

namespace nmtx {
namespace {

struct Row {
    std::string_view name;
    std::optional<std::uint64_t> Limits::* soft;
};
constexpr std::array<Row, 4> rows{{
    {"Max stack size", &Limits::stack_size},
    {"Max processes", &Limits::processes},
    {"Max address space", &Limits::address_space},
    {"Max locked memory", &Limits::locked_memory},
}};

// A number or "unlimited", which leaves the target empty; followed by a blank or the end.
bool read_limit(Cursor& cursor, std::optional<std::uint64_t>& target) {
    cursor.skip_blanks();
    target.reset();
    if (!cursor.take("unlimited")) {
        target = cursor.decimal();
        if (!target) return false;
    }
    return cursor.at_end() || cursor.rest().front() == ' ';
}

}  // namespace

Expected<Limits> parse_limits(std::string_view text, std::string_view document) {
    Lines lines(text);
    if (!lines.next() || !lines.line().starts_with("Limit ")) {
        return failure(std::string(document) + ":1",
                       mismatch("the heading \"Limit  Soft Limit  Hard Limit  Units\"", lines.line()));
    }
    Limits limits;
    while (lines.next()) {
        if (!lines.line().starts_with("Max ")) {
            return lines.error(document, mismatch("\"Max NAME  soft  hard  units\"", lines.line()));
        }
        for (const Row& row : rows) {
            Cursor cursor(lines.line());
            if (!cursor.take(row.name) || !(cursor.at_end() || cursor.rest().front() == ' ')) continue;
            std::optional<std::uint64_t> hard;
            if (!read_limit(cursor, limits.*row.soft) || !read_limit(cursor, hard)) {
                return lines.error(document,
                                   mismatch(fmt::format("\"{}  soft  hard\"", row.name), lines.line()));
            }
        }
    }
    return limits;
}

Expected<std::uint64_t> parse_threads_max(std::string_view text, std::string_view document) {
    Cursor cursor(trim(text.substr(0, text.find('\n'))));
    const auto most = cursor.decimal();
    if (!most || !cursor.at_end()) return failure(std::string(document), mismatch("a number", text));
    return *most;
}

}  // namespace nmtx
