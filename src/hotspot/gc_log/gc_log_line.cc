#include "hotspot/gc_log/gc_log_line.h"

#include <algorithm>
#include <array>

#include "base/characters.h"
#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx::vm {
namespace {

constexpr std::uint64_t first_epoch_ms = 100'000'000'000;  // an uptime is less than three years

// "12.345", "12,345" where the target's locale has it so. Moves on behind it.
std::optional<double> take_seconds(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto whole = ahead.decimal();
    if (!whole || (!ahead.take(".") && !ahead.take(","))) return std::nullopt;
    const std::size_t before = ahead.rest().size();
    const auto part = ahead.decimal();
    if (!part) return std::nullopt;
    double scale = 1;
    for (std::size_t digits = before - ahead.rest().size(); digits > 0; --digits) scale *= 10;
    cursor = ahead;
    return static_cast<double>(*whole) + static_cast<double>(*part) / scale;
}

// "2026-11-22T20:26:55.066+0000"
bool is_date(std::string_view text) {
    return text.size() >= 19 && text.size() <= 40 && is_digit(text[0]) && text[4] == '-' && text[7] == '-' &&
           text[10] == 'T' && text[13] == ':' && text.find(' ') == std::string_view::npos;
}

bool is_level(std::string_view text) {
    constexpr std::array<std::string_view, 5> levels{"info", "debug", "trace", "warning", "error"};
    return std::find(levels.begin(), levels.end(), text) != levels.end();
}

// "gc,heap     ", and the host's name
bool is_word(std::string_view text) {
    const auto fits = [](char c) {
        return is_alnum(c) || c == ',' || c == '-' || c == '.' || c == '+' || c == '_';
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

// "12.345s", "12345ms", "12345678ns": uptime, or since the epoch; they look the same.
bool read_clock(std::string_view text, GcLogLine& line) {
    Cursor cursor(text);
    if (const auto exact = take_seconds(cursor)) {
        if (cursor.rest() != "s") return false;
        line.time.uptime_s = exact;
        return line.stamped = true;
    }
    const auto number = cursor.decimal();
    if (!number) return false;
    if (cursor.at_end()) return true;  // pid, tid
    std::uint64_t ms = *number;
    if (cursor.rest() == "ns") {
        ms /= 1'000'000;
    } else if (cursor.rest() != "ms") {
        return false;
    }
    if (ms >= first_epoch_ms)
        line.time.epoch_ms = ms;
    else if (!line.time.uptime_s)
        line.time.uptime_s = static_cast<double>(ms) / 1000;
    return line.stamped = true;
}

// [2026-11-22T20:26:55.041+0000][0.109s][4711][debug][gc,heap     ] GC(0) …
void take_decorations(Cursor& cursor, GcLogLine& line) {
    while (cursor.rest().starts_with('[')) {
        Cursor ahead = cursor;
        ahead.take("[");
        const auto inside = ahead.until("]");
        if (!inside) return;
        ahead.take("]");
        const std::string_view text = trim(*inside);
        if (is_date(text)) {
            line.time.date = text;
            line.stamped = true;
        } else if (!read_clock(text, line) && !is_level(text) && !is_word(text)) {
            return;
        }
        line.decorated = true;
        cursor = ahead;
    }
}

// 2026-11-22T20:26:55.066+0000: 0.123: [Full GC …            8
void take_stamps(Cursor& cursor, GcLogLine& line) {
    Cursor ahead = cursor;
    if (const auto word = ahead.until(": "); word && is_date(*word)) {
        line.time.date = *word;
        line.stamped = true;
        ahead.take(": ");
        cursor = ahead;
    }
    ahead = cursor;
    if (const auto uptime = take_seconds(ahead); uptime && ahead.take(": ")) {
        line.time.uptime_s = uptime;
        line.stamped = true;
        cursor = ahead;
    }
}

// "605K"; "24.0M" as G1 of 8 has it. Tenths are enough.
std::optional<Bytes> take_heap_size(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto whole = ahead.decimal();
    std::uint64_t tenths = 0;
    if (whole && ahead.take(".")) {
        tenths = ahead.decimal().value_or(10);
        if (tenths > 9) return std::nullopt;
    } else {
        return take_size(cursor);
    }
    constexpr std::string_view units = "BKMGT";
    const std::size_t unit = ahead.at_end() ? std::string_view::npos : units.find(ahead.rest().front());
    if (unit == std::string_view::npos || *whole > (1ULL << 40U)) return std::nullopt;
    ahead.take(ahead.rest().substr(0, 1));
    cursor = ahead;
    const std::uint64_t bytes = 1ULL << (10 * unit);
    return *whole > std::uint64_t(-1) / 16 / bytes
               ? std::nullopt
               : std::optional(Bytes(*whole * bytes + tenths * bytes / 10));
}

}  // namespace

std::optional<HeapChange> take_heap_change(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto inside = [&](std::optional<Bytes>& into) {
        if (!ahead.take("(")) return true;
        into = take_heap_size(ahead);
        if (ahead.take("%")) into.reset();
        return ahead.take(")");
    };
    HeapChange change;
    const auto before = take_heap_size(ahead);
    if (!before || !inside(change.total_before) || !ahead.take("->")) return std::nullopt;
    const auto after = take_heap_size(ahead);
    if (!after || !inside(change.total)) return std::nullopt;
    change.before = *before;
    change.after = *after;
    cursor = ahead;
    return change;
}

GcLogLine take_gc_log_line(std::string_view text) {
    GcLogLine line;
    Cursor cursor(text);
    if (text.starts_with('[')) {
        take_decorations(cursor, line);
    } else if (!text.empty() && is_digit(text.front())) {
        take_stamps(cursor, line);
    }
    cursor.skip_blanks();
    Cursor ahead = cursor;
    // "#2: [Full GC …", by -XX:+PrintGCID of 8
    if (ahead.take("#") && ahead.decimal() && ahead.take(": ")) cursor = ahead;
    ahead = cursor;
    if (ahead.take("GC(")) {
        line.gc = ahead.decimal();
        if (line.gc && ahead.take(")")) {
            cursor = ahead;
        } else {
            line.gc.reset();
        }
    }
    line.message = trim(cursor.rest());
    return line;
}

}  // namespace nmtx::vm
