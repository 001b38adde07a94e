#include <fmt/format.h>

#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/remark.h"
#include "kernel/fields.h"
#include "kernel/status.h"

// Limit                     Soft Limit           Hard Limit           Units
// Max stack size            8388608              unlimited            bytes
// Max processes             96365                96365                processes
// Max nice priority         0                    0

namespace nmtx {
namespace {

struct LimitRow {
    std::string_view name;
    std::optional<std::uint64_t> Limits::* soft;
};
constexpr std::array<LimitRow, 4> limit_rows{{
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

// False: a row that we need, with unreadable limits.
bool read_row(std::string_view line, Limits& limits, bool& ours) {
    for (const LimitRow& row : limit_rows) {
        Cursor cursor(line);
        if (!cursor.take(row.name) || !(cursor.at_end() || cursor.rest().front() == ' ')) continue;
        ours = true;
        std::optional<std::uint64_t> soft, hard;
        if (!read_limit(cursor, soft) || !read_limit(cursor, hard)) return false;
        limits.*row.soft = soft;
    }
    return true;
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
        bool ours = false;
        if (!read_row(lines.line(), limits, ours))
            return lines.error(document, mismatch("\"Max NAME  soft  hard\"", lines.line()));
    }
    return limits;
}

Expected<PastedLimits> parse_pasted_limits(std::string_view text, std::string_view document) {
    PastedLimits pasted;
    bool any = false;
    for (Lines lines(text); lines.next();) {
        const Remarked parts = split_remark(trim(lines.line()));
        if (parts.text.empty() && parts.remark.empty()) continue;
        bool ours = false;
        const bool row = parts.text.starts_with("Max ") && read_row(parts.text, pasted.limits, ours);
        any = any || (row && ours);
        if (row || parts.text.starts_with("Limit ")) {
            pasted.not_understood.add_remark(lines.number(), parts.remark);
        } else {
            pasted.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (!any) {
        return nothing_understood(document, "\"Max stack size  soft  hard\" and the like",
                                  pasted.not_understood);
    }
    return pasted;
}

Expected<std::uint64_t> parse_threads_max(std::string_view text, std::string_view document) {
    Cursor cursor(trim(text.substr(0, text.find('\n'))));
    const auto most = cursor.decimal();
    if (!most || !cursor.at_end()) return failure(std::string(document), mismatch("a number", text));
    return *most;
}

}  // namespace nmtx
