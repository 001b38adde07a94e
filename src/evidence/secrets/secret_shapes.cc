#include "evidence/secrets/secret_shapes.h"

#include <algorithm>
#include <array>

#include "base/characters.h"
#include "base/words.h"

namespace nmtx {
namespace {

using std::string_view;

template <typename Is>
std::size_t run_of(string_view text, Is is) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

enum class Body {
    any,         // letters, digits, "_-.=/+"
    upper,       // upper-case letters and digits
    alnum,       // letters and digits, a digit among them
    with_digit,  // as any, a digit among them
};
struct Make {
    string_view prefix;
    std::size_t at_least;  // of the body
    Body body;
};
// Formats: the issuers' documentation, as secret scanners collect it.
constexpr std::array<Make, 58> makes{{
    {"AKIA", 12, Body::upper},
    {"ASIA", 12, Body::upper},
    {"ABIA", 12, Body::upper},
    {"ACCA", 12, Body::upper},
    {"AROA", 12, Body::upper},
    {"AIDA", 12, Body::upper},
    {"AGPA", 12, Body::upper},
    {"ANPA", 12, Body::upper},
    {"AIza", 20, Body::any},
    {"ATATT", 12, Body::any},
    {"AGE-SECRET-KEY-", 8, Body::any},
    {"LTAI", 12, Body::alnum},
    {"EAA", 24, Body::alnum},
    {"GOCSPX-", 8, Body::any},
    {"SG.", 16, Body::any},
    {"NRAK-", 8, Body::any},
    {"PMAK-", 8, Body::any},
    {"ghp_", 6, Body::any},
    {"gho_", 6, Body::any},
    {"ghu_", 6, Body::any},
    {"ghs_", 6, Body::any},
    {"ghr_", 6, Body::any},
    {"github_pat_", 6, Body::any},
    {"glpat-", 6, Body::any},
    {"gldt-", 8, Body::any},
    {"glrt-", 8, Body::any},
    {"glsa_", 8, Body::any},
    {"xoxa-", 6, Body::any},
    {"xoxb-", 6, Body::any},
    {"xoxc-", 6, Body::any},
    {"xoxd-", 6, Body::any},
    {"xoxe-", 6, Body::any},
    {"xoxo-", 6, Body::any},
    {"xoxp-", 6, Body::any},
    {"xoxr-", 6, Body::any},
    {"xoxs-", 6, Body::any},
    {"xoxe.", 6, Body::any},
    {"xapp-", 6, Body::any},
    {"xkeysib-", 8, Body::any},
    {"sk-", 12, Body::with_digit},
    {"sk_live_", 6, Body::any},
    {"sk_test_", 6, Body::any},
    {"rk_live_", 6, Body::any},
    {"rk_test_", 6, Body::any},
    {"pk_live_", 6, Body::any},
    {"whsec_", 6, Body::any},
    {"eyJ", 10, Body::any},
    {"ya29.", 8, Body::any},
    {"npm_", 20, Body::alnum},
    {"pypi-", 16, Body::with_digit},
    {"dop_v1_", 6, Body::any},
    {"dckr_pat_", 6, Body::any},
    {"hf_", 20, Body::alnum},
    {"hvs.", 8, Body::any},
    {"hvb.", 8, Body::any},
    {"shpat_", 8, Body::any},
    {"shpss_", 8, Body::any},
    {"sq0csp-", 8, Body::any},
}};

std::size_t body_of(string_view rest, Body body) {
    switch (body) {
        case Body::upper:
            return run_of(rest, [](char c) { return is_upper(c) || is_digit(c); });
        case Body::alnum:
            return run_of(rest, is_alnum);
        case Body::any:
        case Body::with_digit:
            break;
    }
    return run_of(rest, [](char c) { return is_alnum(c) || string_view("_-.=/+").find(c) != npos; });
}

constexpr std::size_t least_random = 16;
constexpr std::size_t least_piece = 6;
constexpr std::size_t least_longest_piece = 10;

// How often two neighbours are of different kinds: lower case, upper case, digits, signs. A capital that
// begins a word ("FooBar") counts once.
std::size_t changes_in(string_view piece) {
    const auto kind = [](char c) { return is_lower(c) ? 0 : is_upper(c) ? 1 : is_digit(c) ? 2 : 3; };
    std::size_t changes = 0;
    for (std::size_t i = 1; i < piece.size(); ++i) {
        const bool begins_word =
            is_upper(piece[i - 1]) && is_lower(piece[i]) && (i < 2 || !is_upper(piece[i - 2]));
        if (kind(piece[i]) != kind(piece[i - 1]) && !begins_word) ++changes;
    }
    return changes;
}

// Letters of one case that nobody could say.
bool cannot_be_said(string_view piece) {
    if (piece.size() < 20 || !std::all_of(piece.begin(), piece.end(), is_letter)) return false;
    std::size_t vowels = 0, consonants = 0, longest = 0;
    for (const char c : piece) {
        const bool vowel = string_view("aeiouyAEIOUY").find(c) != npos;
        vowels += vowel ? 1 : 0;
        consonants = vowel ? 0 : consonants + 1;
        longest = std::max(longest, consonants);
    }
    return longest >= 7 || vowels * 6 < piece.size();
}

bool is_random_piece(string_view piece) {
    if (piece.size() < least_piece) return false;
    const std::size_t digits = static_cast<std::size_t>(std::count_if(piece.begin(), piece.end(), is_digit));
    if (digits == piece.size()) return false;
    if (piece.size() >= 32 && digits > 2 && std::all_of(piece.begin(), piece.end(), is_hex)) return true;
    if (cannot_be_said(piece)) return true;
    const std::size_t changes = changes_in(piece);
    if (piece.size() >= least_random && digits >= 3 && changes >= 5 && changes * 6 >= piece.size())
        return true;
    return changes * 4 >= piece.size();
}

bool is_uuid(string_view value) {
    if (value.size() != 36) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? value[i] != '-' && value[i] != '_' : !is_hex(value[i])) return false;
    }
    return true;
}

// "mydb.c9akciq32rpa.eu-west-1.rds.amazonaws.com"
bool is_host(string_view value) {
    const std::size_t last = value.rfind('.');
    if (last == npos || std::count(value.begin(), value.end(), '.') < 2) return false;
    const string_view domain = value.substr(last + 1);
    return domain.size() >= 2 && domain.size() <= 10 && std::all_of(domain.begin(), domain.end(), is_lower) &&
           std::all_of(value.begin(), value.end(),
                       [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; });
}

// "i-0abc123def4567890"
bool is_cloud_resource(string_view value) {
    const std::size_t dash = value.find('-');
    if (dash == npos || dash == 0 || dash > 8) return false;
    const string_view number = value.substr(dash + 1);
    return (number.size() == 8 || number.size() == 17) && std::all_of(number.begin(), number.end(), is_hex) &&
           std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(dash), is_lower);
}

bool is_file_name(string_view value) {
    constexpr std::array<string_view, 32> extensions{
        ".jar", ".war",  ".ear",        ".so",       ".zip",   ".log",   ".xml",    ".json",
        ".yml", ".yaml", ".properties", ".conf",     ".cfg",   ".hprof", ".jfr",    ".jsa",
        ".txt", ".gz",   ".tar",        ".tgz",      ".class", ".java",  ".policy", ".jks",
        ".p12", ".pem",  ".crt",        ".keystore", ".cer",   ".jmod",  ".db",     ".pid"};
    return std::any_of(extensions.begin(), extensions.end(),
                       [&](string_view e) { return value.ends_with(e); });
}

bool begins_path(string_view value) {
    return value.starts_with('/') || value.starts_with("./") || value.starts_with("../") ||
           value.starts_with("~/");
}

// A password as a generator makes it: "Xy7#kL9$mQ2!rT5^".
bool is_generated_password(string_view value) {
    if (value.size() < 12 || value.size() > 64) return false;
    std::size_t lower = 0, upper = 0, digits = 0, signs = 0;
    for (const char c : value) {
        if (is_lower(c)) {
            ++lower;
        } else if (is_upper(c)) {
            ++upper;
        } else if (is_digit(c)) {
            ++digits;
        } else if (string_view("!#$%^&*+~?<>|@").find(c) != npos) {
            ++signs;
        } else if (string_view("-_.").find(c) == npos) {
            return false;
        }
    }
    return lower > 0 && upper > 0 && digits > 0 && signs > 1 && changes_in(value) * 2 >= value.size();
}

}  // namespace

std::size_t known_token(string_view rest) {
    for (const Make& make : makes) {
        if (rest.front() != make.prefix.front() || !rest.starts_with(make.prefix)) continue;
        const string_view behind = rest.substr(make.prefix.size());
        // Its beginning decides: "sk-sk-sk-…" would be gone through again and again.
        constexpr std::size_t decides = 64;
        const string_view begin = behind.substr(0, body_of(behind.substr(0, decides), make.body));
        if (begin.size() < make.at_least) continue;
        const bool figures = std::any_of(begin.begin(), begin.end(), is_digit);
        if ((make.body == Body::with_digit || make.body == Body::alnum) && !figures) continue;
        return make.prefix.size() + body_of(behind, make.body);
    }
    return 0;
}

bool is_long_hex(string_view value) {
    return value.size() >= 32 && std::all_of(value.begin(), value.end(), is_hex);
}

bool looks_random(string_view value) {
    if (value.size() < 12) return false;
    if (value.starts_with("0x") || value.starts_with("_Z") || begins_path(value) || is_file_name(value) ||
        is_uuid(value) || is_host(value) || is_cloud_resource(value))
        return false;
    if (is_generated_password(value)) return true;
    std::size_t random = 0, longest = 0;
    while (!value.empty()) {
        const std::size_t length = run_of(value, [](char c) { return is_alnum(c) || c == '+'; });
        const string_view piece = value.substr(0, length);
        if (is_random_piece(piece)) {
            random += piece.size();
            longest = std::max(longest, piece.size());
        }
        value.remove_prefix(std::min(length + 1, value.size()));
    }
    return random >= least_random && longest >= least_longest_piece;
}

bool looks_like_secret(string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if ((i == 0 || !is_alnum(value[i - 1])) && known_token(value.substr(i)) > 0) return true;
    }
    return looks_random(value);
}

bool is_ordinary_path(string_view value) {
    for (const string_view scheme : {"file:", "classpath:"}) {
        if (value.starts_with(scheme)) return true;
    }
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
        return is_alnum(c) || is_beyond_ascii(c) || string_view("/._-~${}%: ").find(c) != npos;
    });
    if (!plain) return false;
    if (!begins_path(value)) return is_file_name(value);
    // "/K7MDENG/bPxRfiCY…" is base64.
    return !looks_random(value.substr(value.find('/') + 1));
}

bool is_basic_credential(string_view word) {
    const std::size_t body = run_of(word, [](char c) { return is_alnum(c) || c == '+' || c == '/'; });
    if (body < 8 || word.substr(body).find_first_not_of('=') != npos) return false;
    const string_view text = word.substr(0, body);
    return body < word.size() || std::any_of(text.begin(), text.end(), is_digit) ||
           (std::any_of(text.begin() + 1, text.end(), is_upper) &&
            std::any_of(text.begin(), text.end(), is_lower));
}

}  // namespace nmtx
