#include "evidence/secrets/secret_extent.h"

#include <algorithm>

#include "base/words.h"
#include "evidence/secrets/secret_marks.h"

namespace nmtx {
namespace {

using std::string_view;

}  // namespace

std::size_t SecretText::line_end(std::size_t at) {
    if (at < line_end_ && at >= line_known_from_) return line_end_;
    line_known_from_ = at;
    line_end_ = at;
    while (line_end_ < text_.size() && text_[line_end_] != '\0' &&
           !(joined_ && (text_[line_end_] == '\n' || text_[line_end_] == '\r')))
        ++line_end_;
    return line_end_;
}

// "com.acme.Main": the word behind a JVM's options.
bool SecretText::is_class_name_at(std::size_t at) const {
    constexpr std::size_t longest = 256;
    std::size_t dots = 0;
    char before = '.';
    bool capital = false;
    std::size_t i = at;
    for (; i < text_.size() && i < at + longest && !ends_word(text_[i]); ++i) {
        const char c = text_[i];
        const bool upper = c >= 'A' && c <= 'Z', letter = upper || (c >= 'a' && c <= 'z');
        const bool digit = c >= '0' && c <= '9';
        if (c != '.' && c != '_' && c != '$' && !letter && !digit) return false;
        if (before == '.' && !letter) return false;
        if (before == '.') capital = upper;
        dots += c == '.' ? 1 : 0;
        before = c;
    }
    return dots >= 2 && capital && before != '.';
}

std::size_t SecretText::value_end(std::size_t begin, std::size_t end) {
    if (!joined_) return end;
    const string_view rest = text_.substr(begin, secret_mask.size() + 1);
    if (rest.starts_with(secret_mask) && (rest.size() == secret_mask.size() || ends_word(rest.back())))
        return begin + secret_mask.size();
    if (begin < value_known_from_ || begin >= value_stop_) {
        value_known_from_ = begin;
        const std::size_t limit = line_end(begin);
        value_stop_ = begin;
        while (value_stop_ < limit && !(value_stop_ > begin && is_blank(text_[value_stop_ - 1]) &&
                                        (text_[value_stop_] == '-' || is_class_name_at(value_stop_))))
            ++value_stop_;
        value_end_ = value_stop_;
        while (value_end_ > begin && is_blank(text_[value_end_ - 1])) --value_end_;
    }
    return std::max(begin, value_end_);
}

std::size_t SecretText::closing(std::size_t quote) {
    const std::size_t limit = line_end(quote);
    const char mark = text_[quote];
    const bool escaped = quote > 0 && text_[quote - 1] == '\\';
    for (std::size_t i = quote + 1; i < limit; ++i) {
        if (text_[i] == '\\') {
            if (escaped && i + 1 < limit && text_[i + 1] == mark) return i;
            ++i;
            continue;
        }
        if (text_[i] != mark) continue;
        const bool ends = i + 1 >= limit || string_view(" \t,;}])&<>\\\"'|").find(text_[i + 1]) != npos ||
                          text_.substr(i + 1, 2) == "/>";
        return ends ? i : npos;
    }
    return npos;
}

std::size_t SecretText::behind_list(std::size_t close, bool quoted_name) {
    const std::size_t limit = line_end(close);
    const auto skip_blanks = [&](std::size_t at) {
        while (at < limit && is_blank(text_[at])) ++at;
        return at;
    };
    std::size_t end = close;
    while (end < limit) {
        const std::size_t behind = end + (text_[end] == '\\' ? 2 : is_quote(text_[end]) ? 1 : 0);
        std::size_t at = skip_blanks(behind);
        const bool comma = at < limit && string_view(",;|").find(text_[at]) != npos;
        if (comma) at = skip_blanks(at + 1);
        if (at >= limit || (!comma && (quoted_name || at == behind))) return end;
        const std::size_t quote = at + (text_[at] == '\\' ? 1 : 0);
        std::size_t last;
        if (quote < limit && is_quote(text_[quote])) {
            last = closing(quote);
            if (last == npos || sign_at(last, limit).end > 0) return end;
        } else {
            // "hunt",second: but not an item with its own name.
            if (quoted_name || is_blank(text_[at - 1])) return end;
            const string_view rest = text_.substr(at, limit - at);
            last = at + std::min(rest.find_first_of(",;| \t=:\"'}])"), rest.size());
            if (last == at || (last < limit && (text_[last] == '=' || text_[last] == ':'))) return end;
        }
        end = last;
    }
    return end;
}

SecretText::Brackets SecretText::brackets(std::size_t open, std::size_t end) const {
    std::size_t depth = 0;
    char quote = 0;
    bool escaped = false;
    std::size_t i = open;
    for (; i < end && text_[i] != '\0'; ++i) {
        const char c = text_[i];
        if (c == '\n' && joined_) {
            quote = 0;
            const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", i), text_.size());
            const bool goes_on =
                next < end &&
                (is_quote(text_[next]) || string_view("[]{},*-").find(text_[next]) != npos ||
                 (text_[next] >= '0' && text_[next] <= '9') || text_.substr(next, 4) == "true" ||
                 text_.substr(next, 4) == "null" || text_.substr(next, 5) == "false");
            if (!goes_on) return {i, false};
            i = next - 1;
            continue;
        }
        if (c == '\\' && i + 1 < end) {
            // A quote in a string, or the quotes of JSON inside JSON.
            if (is_quote(text_[i + 1]) && (quote == 0 || (escaped && text_[i + 1] == quote))) {
                escaped = quote == 0;
                quote = quote == 0 ? text_[i + 1] : '\0';
            }
            if (text_[i + 1] != '\n') ++i;
            continue;
        }
        if (quote != 0) {
            if (c == quote && !escaped) quote = 0;
        } else if (c == '"' || (c == '\'' && string_view("[{,: ").find(text_[i - 1]) != npos)) {
            quote = c;
            escaped = false;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if ((c == ']' || c == '}') && --depth == 0) {
            return {i, true};
        }
    }
    return {std::min(i, end), false};
}

Sign SecretText::sign_at(std::size_t i, std::size_t limit) const {
    constexpr std::size_t most_between = 4;
    Sign sign;
    std::size_t at = i;
    while (at < limit && at < i + most_between && text_[at] == '\\') ++at;
    sign.quoted = at < limit && is_quote(text_[at]);
    if (sign.quoted) ++at;
    for (std::size_t n = 0; at < limit && n < most_between && is_blank(text_[at]); ++n) ++at;
    const string_view rest = text_.substr(at, std::min<std::size_t>(3, limit - std::min(limit, at)));
    if (rest.starts_with("=") && (at == i || !rest.starts_with("=="))) sign.end = at + 1;
    if (rest == "%3D" || rest == "%3d") sign.end = at + 3;
    if (rest.starts_with(":") && !rest.starts_with("::") && rest != "://") {
        sign.end = at + 1;
        sign.colon = true;
    }
    return sign;
}

Extent SecretText::extent(std::size_t name_begin, const Sign& sign, char before, std::size_t end,
                          bool surely) {
    const std::size_t limit = joined_ ? line_end(name_begin) : end;
    std::size_t begin = sign.end;
    while (begin < limit && is_blank(text_[begin])) ++begin;
    // "-Dpassword= -Xmx1g" has none.
    const bool empty = joined_ && !sign.colon && begin > sign.end && text_[name_begin] == '-';
    if (begin >= limit || empty) return {begin, begin, false};
    const std::size_t quote = begin + (text_[begin] == '\\' ? 1 : 0);
    if (quote < limit && is_quote(text_[quote])) {
        const std::size_t close = closing(quote);
        if (close != npos) {
            const std::size_t last = surely ? behind_list(close, sign.quoted) : close;
            // Of "hunt",second no quote is left over.
            const bool open = last == limit || (text_[last] != '\\' && !is_quote(text_[last]));
            return {open ? begin : quote + 1, last, true};
        }
    }
    if (surely && (text_[begin] == '[' || text_[begin] == '{')) {
        constexpr std::size_t longest = 1024;  // where what is behind it may have to be gone through again
        const std::size_t last = joined_ ? text_.size() : end;
        const Brackets list = brackets(begin, sign.quoted ? last : std::min(last, begin + longest));
        // All of a JSON array or object, whatever is in it.
        if (sign.quoted) return {begin + 1, list.end, true};
        if (list.closed)
            return {begin, std::max(value_end(begin, std::max(begin, end)), list.end + 1), false};
    }
    const auto until = [&](string_view ends) {
        constexpr std::size_t unsure = 512;
        const std::size_t most = surely ? limit - begin : std::min(limit - begin, unsure);
        return begin + std::min(text_.substr(begin, most).find_first_of(ends), limit - begin);
    };
    // A parameter of a URL: what comes behind '&' is another one.
    if ((before == '?' || before == '&') && begin < end)
        return {begin, std::min(until("&#\"'\\"), end), true};
    // "Authorization: Bearer X"
    if (is_quote(before) && !sign.quoted) {
        const std::size_t close = until(string_view(&text_[name_begin - 1], 1));
        if (close < limit) return {begin, close, true};
    }
    if (sign.quoted) return {begin, until(",}] \t"), true};  // a number
    const std::size_t word_end = std::max(begin, end);
    return {begin, value_end(begin, word_end), false};
}

}  // namespace nmtx
