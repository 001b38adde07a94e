#include "evidence/secret_extent.h"

#include <algorithm>

#include "evidence/secret_marks.h"

namespace nmtx {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;

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
        const bool ends = i + 1 >= limit || string_view(" \t,;}])&>\\\"'|").find(text_[i + 1]) != npos;
        return ends ? i : npos;
    }
    return npos;
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
    if (rest.starts_with("=") && !rest.starts_with("==")) sign.end = at + 1;
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
        if (close != npos) return {quote + 1, close, true};
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
