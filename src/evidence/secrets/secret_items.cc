#include "evidence/secrets/secret_items.h"

#include <algorithm>

#include "base/characters.h"
#include "base/words.h"
#include "evidence/secrets/secret_names.h"
#include "evidence/secrets/secret_shapes.h"

namespace nmtx {
namespace {

using std::string_view;

// Commits and digests: "-Dgit.commit=4f3a…", "image@sha256:9f86…".
bool is_digest(string_view name, string_view value) {
    return names_digest(name) &&
           std::all_of(value.begin(), value.end(), [](char c) { return is_hex(c) || c == '-'; });
}

}  // namespace

void mark_known_tokens(string_view word, std::size_t begin, SecretMarks& marks) {
    constexpr std::size_t shortest = 10;
    for (std::size_t i = 0; i + shortest <= word.size(); ++i) {
        if (i > 0 && is_alnum(word[i - 1])) continue;
        const std::size_t length = known_token(word.substr(i));
        if (length == 0) continue;
        marks.add(begin + i, begin + i + length);
        i += length - 1;
    }
}

void mark_random_items(string_view word, std::size_t begin, string_view option, bool judged,
                       SecretMarks& marks) {
    constexpr std::size_t shortest = 12;
    if (word.size() < shortest || (!judged && word.find('=') == npos)) return;
    constexpr string_view outer = "=,;&?\"'{}()<>|` \t\n\r", inner = ":@\\[]";
    string_view name = option;
    char sign = ' ';
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t outer_end = std::min(word.find_first_of(outer, at), word.size());
        bool found = false;
        while (at < outer_end && !found) {
            const std::size_t end =
                at + std::min(word.substr(at, outer_end - at).find_first_of(inner), outer_end - at);
            const string_view item = word.substr(at, end - at);
            const bool counts = judged || sign == '=';
            if (counts && looks_random(item) && !is_digest(name, item)) {
                marks.add(begin + at, begin + outer_end);
                found = true;
            }
            if (!item.empty()) name = item;
            at = end < outer_end ? end + 1 : end;
        }
        at = outer_end;
        if (at >= word.size()) return;
        sign = word[at];
        ++at;
    }
}

bool mark_header(string_view text, std::size_t begin, std::size_t end, bool surely, SecretMarks& marks) {
    const string_view header = text.substr(begin, end - begin);
    const std::size_t sign = header.find_first_of(":=");
    if (sign == npos) {
        constexpr std::size_t shortest = 4;
        const bool is_value = surely && header.size() >= shortest && !is_harmless_value("header", header);
        if (is_value) marks.add(begin, end);
        return is_value;
    }
    const string_view name = header.substr(0, sign);
    if (name.find_first_of("/ ") != npos || is_harmless_header(name)) return false;
    std::size_t value = begin + sign + 1;
    while (value < end && (text[value] == ' ' || text[value] == '\t')) ++value;
    if (header.substr(sign).starts_with("://") || is_harmless_value(name, text.substr(value, end - value)))
        return false;
    marks.add(value, end);
    return true;
}

void mark_private_keys(string_view text, SecretMarks& marks) {
    constexpr string_view begins = "-----BEGIN ", ends = "-----END", dashes = "-----";
    constexpr std::size_t longest_name = 64, longest_key = 32768;
    for (std::size_t at = text.find(begins); at != npos; at = text.find(begins, at)) {
        at += begins.size();
        const string_view heading = text.substr(at, longest_name);
        const std::size_t behind = heading.find(dashes);
        if (behind == npos || heading.substr(0, behind).find("PRIVATE KEY") == npos) continue;
        const std::size_t body = at + behind + dashes.size();
        string_view key = text.substr(body, longest_key);
        key = key.substr(0, key.find('\0'));
        key = key.substr(0, key.find(begins));
        // One that is cut off goes on as long as there are lines.
        const std::size_t end = std::min(key.find(ends), key.size());
        marks.add(body, body + end);
        at = body + end;
    }
}

}  // namespace nmtx
