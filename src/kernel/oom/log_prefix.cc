#include "kernel/oom/log_prefix.h"

#include <algorithm>

#include "base/characters.h"
#include "base/cursor.h"

namespace nmtx {
namespace {

constexpr std::size_t farthest = 160;

// What a character counts as in a shape.
char class_of(char c) {
    if (is_digit(c)) return '9';
    if (is_letter(c) || is_beyond_ascii(c)) return 'a';
    return c == '\t' ? ' ' : c;
}

bool is_run(char shape) {
    return shape == '9' || shape == 'a' || shape == ' ';
}

// "[  257.884002]"
std::size_t seconds_at(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("[")) return 0;
    cursor.skip_blanks();
    if (!cursor.decimal() || !cursor.take(".") || !cursor.decimal() || !cursor.take("]")) return 0;
    return text.size() - cursor.rest().size();
}

// "[Mon May  6 07:08:09 2024]", "[2025-06-04T04:51:57.572293906Z]": a date with a time of day and nothing
// else.
std::size_t date_at(std::string_view text) {
    constexpr std::size_t longest = 48;
    const std::size_t close = text.substr(0, longest).find(']');
    if (!text.starts_with('[') || close == std::string_view::npos || close < 20) return 0;
    const std::string_view inside = text.substr(1, close - 1);
    constexpr std::string_view days = "MonTueWedThuFriSatSun";
    const bool day = days.find(inside.substr(0, 3)) != std::string_view::npos;
    const bool date = is_digit(inside[0]) && inside[4] == '-' && inside[7] == '-';
    return (day || date) && std::count(inside.begin(), inside.end(), ':') >= 2 ? close + 1 : 0;
}

// "[ T1234]": the task that printed (CONFIG_PRINTK_CALLER).
std::size_t caller_at(std::string_view text) {
    Cursor cursor(text);
    cursor.skip_blanks();
    if (!cursor.take("[")) return 0;
    cursor.skip_blanks();
    if (!cursor.take("T") && !cursor.take("C")) return 0;
    return cursor.decimal() && cursor.take("]") ? text.size() - cursor.rest().size() : 0;
}

}  // namespace

std::size_t log_stamp_at(std::string_view line, std::size_t at) {
    const std::string_view text = line.substr(std::min(at, line.size()));
    std::size_t length = seconds_at(text);
    if (length == 0) length = date_at(text);
    if (length == 0) return 0;
    length += caller_at(text.substr(length));
    return text.substr(length).starts_with(':') ? length + 1 : length;
}

std::size_t end_of_log_prefix(std::string_view line) {
    const std::string_view head = line.substr(0, farthest);
    for (std::size_t at = head.find('['); at != std::string_view::npos; at = head.find('[', at + 1)) {
        if (const std::size_t length = log_stamp_at(line, at)) return at + length;
    }
    constexpr std::string_view kernel = "kernel: ";
    if (const std::size_t at = head.find(kernel); at != std::string_view::npos) return at + kernel.size();
    // "2024-05-06T07:08:09,123456+02:00"
    const std::string_view word = head.substr(0, head.find(' '));
    const bool iso = word.size() > 18 && word.size() < head.size() && word[4] == '-' && word[10] == 'T';
    return iso && std::count(word.begin(), word.end(), ':') >= 2 ? word.size() + 1 : 0;
}

void LogPrefix::learn(std::string_view prefix) {
    if (prefix.empty() || prefix.size() > farthest) return;
    shape_.clear();
    for (const char c : prefix) {
        const char shape = class_of(c);
        if (shape_.empty() || !is_run(shape) || shape_.back() != shape) shape_ += shape;
    }
    has_time_ = shape_.find("9:9") != std::string::npos || shape_.find("[9.9]") != std::string::npos ||
                shape_.find("[ 9.9]") != std::string::npos;
}

std::size_t LogPrefix::length_in(std::string_view line) const {
    std::size_t at = 0;
    for (const char shape : shape_) {
        if (at == line.size() || class_of(line[at]) != shape) return 0;
        ++at;
        while (is_run(shape) && at < line.size() && class_of(line[at]) == shape) ++at;
    }
    return at;
}

}  // namespace nmtx
