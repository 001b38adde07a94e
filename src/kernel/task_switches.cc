#include "kernel/task_switches.h"

#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ns_of_ms = 1'000'000;

// The number of "KEY   :   NUMBER"; what stands behind it is left.
std::optional<std::uint64_t> number_behind(std::string_view line, std::string_view key, Cursor& cursor) {
    cursor = Cursor(line);
    if (!cursor.take(key)) return std::nullopt;
    cursor.skip_blanks();
    if (!cursor.take(":")) return std::nullopt;
    cursor.skip_blanks();
    return cursor.decimal();
}

// "552000" of "1166252.552000"
std::optional<std::uint64_t> six_decimals(Cursor& cursor) {
    if (!cursor.take(".") || cursor.rest().size() != 6) return std::nullopt;
    const auto value = cursor.decimal();
    return cursor.at_end() ? value : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> processor_in_stat(std::string_view stat) {
    constexpr int field_behind_comm = 3, processor_field = 39;
    // A thread may call itself "a) R 1 (b": only the last bracket is the kernel's.
    const std::size_t close = stat.rfind(')');
    if (close == std::string_view::npos) return std::nullopt;
    Cursor cursor(stat.substr(close + 1));
    for (int field = field_behind_comm; field < processor_field; ++field) {
        cursor.skip_blanks();
        if (cursor.word().empty()) return std::nullopt;
    }
    cursor.skip_blanks();
    return cursor.decimal();
}

std::optional<TaskSwitches> parse_task_switches(std::string_view text) {
    std::optional<std::uint64_t> away, counted_at;
    Cursor cursor("");
    for (Lines lines(text); lines.next();) {
        if (const auto number = number_behind(lines.line(), "nr_switches", cursor)) {
            away = number;
        } else if (const auto ms = number_behind(lines.line(), "se.exec_start", cursor)) {
            const auto rest = six_decimals(cursor);
            if (rest && *ms < UINT64_MAX / ns_of_ms - 1) counted_at = *ms * ns_of_ms + *rest;
        }
        if (away && counted_at) return TaskSwitches{*away, *counted_at};
    }
    return std::nullopt;
}

}  // namespace nmtx
