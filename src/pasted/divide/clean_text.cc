#include "pasted/divide/clean_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/characters.h"

namespace nmtx {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
    const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0U | c >> 6U);
        byte(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        byte(0xE0U | c >> 12U);
        byte(0x80U | (c >> 6U & 0x3FU));
        byte(0x80U | (c & 0x3FU));
    } else {
        byte(0xF0U | c >> 18U);
        byte(0x80U | (c >> 12U & 0x3FU));
        byte(0x80U | (c >> 6U & 0x3FU));
        byte(0x80U | (c & 0x3FU));
    }
}

enum class Utf16 : std::uint8_t { little, big };

// By the mark, or since every other byte of what is mostly ASCII is zero, which no other text has.
std::optional<Utf16> utf16_of(std::string_view raw) {
    if (raw.starts_with("\xFF\xFE")) return Utf16::little;
    if (raw.starts_with("\xFE\xFF")) return Utf16::big;
    constexpr std::size_t sample = 4096;
    const std::size_t pairs = std::min(raw.size(), sample) / 2;
    if (pairs < 8) return std::nullopt;
    std::array<std::size_t, 2> zeros{};
    for (std::size_t i = 0; i < 2 * pairs; ++i) zeros[i % 2] += raw[i] == '\0' ? 1U : 0U;
    if (zeros[1] > pairs * 3 / 4 && zeros[0] == 0) return Utf16::little;
    if (zeros[0] > pairs * 3 / 4 && zeros[1] == 0) return Utf16::big;
    return std::nullopt;
}

std::string from_utf16(std::string_view raw, Utf16 order) {
    std::string out;
    out.reserve(raw.size() / 2 + 16);
    const auto unit = [&](std::size_t at) -> std::uint32_t {
        const auto first = static_cast<unsigned char>(raw[at]);
        const auto second = static_cast<unsigned char>(raw[at + 1]);
        return order == Utf16::little ? first | static_cast<std::uint32_t>(second) << 8U
                                      : second | static_cast<std::uint32_t>(first) << 8U;
    };
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
        std::uint32_t c = unit(i);
        const bool high = c >= 0xD800 && c < 0xDC00;
        if (high && i + 3 < raw.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10U) + (unit(i + 2) - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c < 0xE000) {
            c = 0xFFFD;
        }
        append_utf8(out, c);
    }
    return out;
}

struct Replacement {
    std::string_view from, to;
};
constexpr std::array replacements{
    Replacement{"&gt;", ">"}, Replacement{"&lt;", "<"}, Replacement{"&amp;", "&"}, Replacement{"&#39;", "'"},
    Replacement{"&#x27;", "'"}, Replacement{"&quot;", "\""}, Replacement{"&nbsp;", " "},
    Replacement{"\xC2\xA0", " "},     // U+00A0
    Replacement{"\xE2\x80\x8B", ""},  // U+200B, no width
    Replacement{"\xEF\xBB\xBF", ""},  // U+FEFF, a byte order mark
    Replacement{"\xE2\x80\xA8", ""},  // U+2028, a line end of some editors
    // What word processors and web pages make of dashes, quotes and blanks.
    Replacement{"\xE2\x80\x90", "-"}, Replacement{"\xE2\x80\x91", "-"}, Replacement{"\xE2\x80\x92", "-"},
    Replacement{"\xE2\x80\x93", "-"}, Replacement{"\xE2\x80\x94", "-"}, Replacement{"\xE2\x88\x92", "-"},
    Replacement{"\xE2\x80\x98", "'"}, Replacement{"\xE2\x80\x99", "'"}, Replacement{"\xE2\x80\x9C", "\""},
    Replacement{"\xE2\x80\x9D", "\""}, Replacement{"\xE2\x80\x9E", "\""}, Replacement{"\xE2\x80\x80", " "},
    Replacement{"\xE2\x80\x82", " "}, Replacement{"\xE2\x80\x83", " "}, Replacement{"\xE3\x80\x80", " "},
    Replacement{"\xE3\x80\x81", ", "},  // U+3001, a comma
};

// Blanks that some locales set between groups of three digits; U+00A0 is also what pages make of other
// blanks.
constexpr std::array narrow_blanks{std::string_view{"\xE2\x80\x89"}, std::string_view{"\xE2\x80\xAF"},
                                   std::string_view{"\xE2\x80\x87"}, std::string_view{"\xE2\x80\x88"}};

// U+FF01 to U+FF5E, as wide as a Chinese character: the ASCII character 0xFEE0 below; 0 for anything else.
char narrow_of(std::string_view text) {
    if (text.size() < 3 || text[0] != '\xEF') return '\0';
    const auto second = static_cast<unsigned char>(text[1]);
    const auto third = static_cast<unsigned char>(text[2]);
    if (second != 0xBC && second != 0xBD) return '\0';
    const unsigned code = (second == 0xBC ? 0U : 0x40U) + (third & 0x3FU);
    return code >= 0x01 && code <= 0x5E ? static_cast<char>(code + 0x20) : '\0';
}

// Three digits and no more: a group of a number.
bool begins_group(std::string_view text) {
    return text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           (text.size() == 3 || !is_digit(text[3]));
}

// The end of `line`, the last line of a text, is a number of up to three digits, or one with groups, and a
// group follows.
bool is_group_behind(std::string_view text, std::string_view behind) {
    if (text.empty() || !is_digit(text.back()) || !begins_group(behind)) return false;
    constexpr std::size_t farthest = 200;
    std::string_view line = text.substr(text.size() - std::min(text.size(), farthest));
    if (const std::size_t newline = line.rfind('\n'); newline != std::string_view::npos)
        line.remove_prefix(newline + 1);
    return line.find(' ') != std::string_view::npos || line.find(':') != std::string_view::npos;
}

// "\x1b[0;31m", "\x1b[K", "\x1b]0;title\x07": how long an escape sequence is; bounded.
std::size_t escape_length(std::string_view text) {
    constexpr std::size_t most = 256;
    const std::size_t end = std::min(text.size(), most);
    if (end < 2) return 1;
    if (text[1] == ']') {
        for (std::size_t i = 2; i < end && text[i] != '\n'; ++i) {
            if (text[i] == '\x07') return i + 1;
        }
        return 2;
    }
    if (text[1] != '[') return 2;
    for (std::size_t i = 2; i < end && text[i] != '\n'; ++i) {
        if (text[i] >= '@' && text[i] <= '~') return i + 1;
    }
    return 2;
}

// Whether a byte may begin something that is replaced.
constexpr std::array<bool, 256> special = [] {
    std::array<bool, 256> set{};
    for (const char c : {'\r', '\x1b', '&', '\xC2', '\xE2', '\xE3', '\xEF'})
        set[static_cast<unsigned char>(c)] = true;
    return set;
}();

bool is_special(char c) {
    return special[static_cast<unsigned char>(c)];
}

// " <1>" before a line's end: a call-out in an article. "- locked <0x…>" is no number.
std::size_t without_call_outs(std::string_view line) {
    std::size_t end = line.size();
    while (end > 3 && line[end - 1] == '>') {
        std::size_t at = end - 1;
        while (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9') --at;
        if (at == end - 1 || end - at > 4 || at < 2 || line[at - 1] != '<') return line.size();
        if (line[at - 2] != ' ' && line[at - 2] != '\t') return line.size();
        end = line.find_last_not_of(" \t", at - 2) + 1;
    }
    return end;
}

std::string without_call_outs_in(std::string text) {
    if (text.find(">\n") == std::string::npos && !text.ends_with('>')) return text;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find('\n', at);
        const bool whole = end != std::string::npos;
        if (!whole) end = text.size();
        const std::string_view line = std::string_view(text).substr(at, end - at);
        out += line.ends_with('>') ? line.substr(0, without_call_outs(line)) : line;
        if (whole) out += '\n';
        at = end + 1;
    }
    return out;
}

std::string replaced(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && !is_special(text[end])) ++end;
        out += text.substr(at, end - at);
        if (end == text.size()) break;
        const std::string_view rest = text.substr(end);
        at = end + 1;
        if (rest.front() == '\r') {
            // A single one was a progress bar's; its line continues.
            if (!rest.starts_with("\r\n") && !rest.starts_with("\r\r\n") && rest.size() > 1) out += ' ';
            continue;
        }
        if (rest.front() == '\x1b') {
            at = end + escape_length(rest);
            continue;
        }
        if (const char narrow = narrow_of(rest)) {
            out += narrow;
            // Behind a full-width comma stands no blank.
            if (narrow == ',' && rest.size() > 3 && rest[3] != ' ') out += ' ';
            at = end + 3;
            continue;
        }
        const auto* const blank = std::find_if(narrow_blanks.begin(), narrow_blanks.end(),
                                               [&](std::string_view b) { return rest.starts_with(b); });
        if (blank != narrow_blanks.end()) {
            const bool between =
                !out.empty() && is_digit(out.back()) && begins_group(rest.substr(blank->size()));
            if (!between) out += ' ';
            at = end + blank->size();
            continue;
        }
        // Where a line has other blanks, a single U+00A0 within a number is of the number.
        if (rest.starts_with("\xC2\xA0") && is_group_behind(out, rest.substr(2))) {
            at = end + 2;
            continue;
        }
        const auto* const known =
            std::find_if(replacements.begin(), replacements.end(),
                         [&](const Replacement& r) { return rest.starts_with(r.from); });
        if (known == replacements.end()) {
            out += rest.front();
        } else {
            out += known->to;
            at = end + known->from.size();
        }
    }
    return out;
}

// /proc/PID/cmdline: words that end in a zero byte. What is binary has other control characters too.
bool is_command_line(std::string_view raw) {
    if (raw.empty() || raw.front() < ' ' || raw.find('\0') == std::string_view::npos) return false;
    return std::all_of(raw.begin(), raw.end(),
                       [](char c) { return c == '\0' || c == '\n' || static_cast<unsigned char>(c) >= ' '; });
}

}  // namespace

std::string clean_text(std::string raw) {
    if (const auto order = utf16_of(raw)) raw = from_utf16(raw, *order);
    if (is_command_line(raw)) std::replace(raw.begin(), raw.end(), '\0', ' ');
    // Line ends of old Macs, and of what some web forms make of others.
    if (raw.find('\n') == std::string::npos) std::replace(raw.begin(), raw.end(), '\r', '\n');
    if (std::any_of(raw.begin(), raw.end(), is_special)) raw = replaced(raw);
    raw = without_call_outs_in(std::move(raw));
    const bool binary = raw.find('\0') != std::string::npos;
    return binary ? raw : without_thousands_separators(std::move(raw));
}

}  // namespace nmtx
