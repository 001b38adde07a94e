#include "evidence/secrets/secret_options.h"

#include <algorithm>
#include <array>

#include "base/characters.h"
#include "base/paths.h"
#include "base/words.h"
#include "evidence/secrets/secret_names.h"
#include "evidence/secrets/secret_shapes.h"

namespace nmtx {
namespace {

using std::string_view;

bool is_option_byte(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || is_beyond_ascii(c);
}

bool only_digits(string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Options of one dash that begin with p and u.
constexpr std::array<string_view, 72> with_p{
    "package",    "packages", "page",     "pages",    "paginate",  "par",       "parallel", "param",
    "params",     "parent",   "parser",   "part",     "partition", "passes",    "patch",    "path",
    "paths",      "pattern",  "pause",    "pedantic", "peer",      "percent",   "perf",     "period",
    "persist",    "pg",       "phase",    "pid",      "pidfile",   "pids",      "pie",      "ping",
    "pipe",       "pipeline", "pkg",      "platform", "play",      "plugin",    "plugins",  "policy",
    "poll",       "pom",      "pool",     "port",     "ports",     "prefix",    "preload",  "preset",
    "pretty",     "preview",  "print",    "priority", "private",   "processor", "prod",     "production",
    "prof",       "profile",  "profiles", "program",  "progress",  "project",   "projects", "prop",
    "properties", "props",    "protocol", "provider", "proxy",     "pthread",   "public",   "publish"};
constexpr std::array<string_view, 10> with_u{"uri",   "url",    "user", "users", "unit",
                                             "units", "update", "use",  "usage", "uuid"};

// What may stand before an option that is a part of a value: "-Dexec.args=-p".
constexpr string_view before_option = "=;,|&([{\"'`";

string_view first_letters(string_view text) {
    return text.substr(
        0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter) - text.begin()));
}

}  // namespace

NextWord next_word_of(string_view word, bool command) {
    if (word == "Bearer" || word == "bearer" || word == "\"Bearer" || word == "'Bearer")
        return NextWord::bearer;
    if (word == "Basic" || word == "\"Basic" || word == "'Basic") return NextWord::basic;
    if (word.front() == '/' && command) {
        constexpr std::array<string_view, 5> of_windows{"/password", "/passwd", "/passphrase", "/pass",
                                                        "/pwd"};
        return among(of_windows, word) ? NextWord::secret : NextWord::as_ever;
    }
    if (word.size() < 2 || !std::all_of(word.begin(), word.end(), is_option_byte)) return NextWord::as_ever;
    if (word.front() != '-') {
        // "password hunter2", but not a class.
        const bool bare = command && word.find('.') == npos && word.back() != '-' && ends_in_secret(word);
        return bare ? NextWord::secret : NextWord::as_ever;
    }
    if (word.starts_with("-D") || word.starts_with("-X")) return NextWord::as_ever;
    constexpr std::array<string_view, 9> of_users{
        "-u", "-U", "--user", "--username", "--proxy-user", "-user", "--login", "--userpwd", "--basic"};
    if (among(of_users, word)) return NextWord::user;
    if (word == "-p") return NextWord::p;
    if (word == "-H") return NextWord::header_only;
    if (names_header(word)) return NextWord::header;
    return speaks_of_secrets(word) ? NextWord::secret : NextWord::as_ever;
}

bool is_option(string_view word) {
    constexpr std::array<string_view, 14> of_jvm{"-XX:",    "-Xmx",   "-Xms",    "-Xmn",    "-Xss",
                                                 "-Xlog",   "-Xrun",  "-Xint",   "-Xrs",    "-Xcomp",
                                                 "-Xshare", "-Xboot", "-Xdebug", "-Xverify"};
    if (std::any_of(of_jvm.begin(), of_jvm.end(),
                    [&](string_view option) { return word.starts_with(option); }))
        return true;
    const string_view name = word.substr(0, word.find('='));
    if (word.starts_with("-D")) return name.size() > 2 && name.size() < word.size();
    if (next_word_of(word, false) != NextWord::as_ever) return word.front() == '-';
    return name.size() > 3 && name.starts_with("--") && name[2] != '-' && name.back() != '-' &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '.'; });
}

bool is_windows_option(string_view word, std::size_t name, std::size_t value) {
    const bool first = name == 1 || (name == 2 && (word[0] == '"' || word[0] == '\''));
    if (!first || value >= word.size() || word[value] == '/' || word[value] == '.') return false;
    const string_view text = word.substr(value);
    const bool says_password = word.substr(name, value - name).find("ass") != npos;
    return !is_ordinary_path(text) && (says_password || text.find('/') == npos);
}

bool names_a_header(string_view value) {
    constexpr std::size_t longest = 64;
    return value.size() <= longest && value.find('-') != npos &&
           std::all_of(value.begin(), value.end(), [](char c) { return is_letter(c) || c == '-'; });
}

string_view option_inside(string_view word) {
    while (!word.empty() && string_view("\"',;").find(word.back()) != npos) word.remove_suffix(1);
    const std::size_t sign = word.find_last_of(before_option);
    if (sign == npos || sign + 2 >= word.size() || word[sign + 1] != '-') return {};
    return word.substr(sign + 1);
}

std::size_t attached_inside(string_view word) {
    for (std::size_t at = word.find_first_of(before_option); at != npos;
         at = word.find_first_of(before_option, at)) {
        ++at;
        const std::size_t secret = attached_secret(
            word.substr(at, std::min(word.find_first_of(before_option, at), word.size()) - at));
        if (secret > 0) return at + secret;
    }
    return 0;
}

std::size_t attached_secret(string_view word) {
    if (word.size() < 4 || word.front() != '-') return 0;
    const string_view name = first_letters(word.substr(1));
    if (word[1] == 'u') {
        const std::size_t password = password_of_user(word.substr(2));
        return password > 0 && !among(with_u, name) ? 2 + password : 0;
    }
    if (word[1] != 'p' || word.find('=') != npos || among(with_p, name)) return 0;
    return is_harmless_p(word.substr(2), {}) || ends_in_secret(word.substr(0, 1 + name.size())) ? 0 : 2;
}

bool is_harmless_p(string_view value, string_view word_behind) {
    // Pids have at most seven digits.
    if (value.size() <= 7 && only_digits(value)) return true;
    // The JVM's own pid, in -XX:OnError.
    if (value.starts_with("%p") && (value.size() == 2 || string_view("\"';|&").find(value[2]) != npos))
        return true;
    if (value.empty() || value.front() == '-' || value.front() == '/' || value.front() == '.') return true;
    if (value.ends_with(".jar") || value.ends_with("/")) return true;
    const bool published = std::all_of(
        value.begin(), value.end(), [](char c) { return is_digit(c) || c == ':' || c == '.' || c == ','; });
    if (published && value.find_first_of(":,") != npos) return true;
    constexpr std::array<string_view, 6> of_modules{"-m",          "--module",        "--add-modules",
                                                    "--add-opens", "--limit-modules", "--add-exports"};
    return among(of_modules, word_behind.substr(0, word_behind.find('=')));
}

std::size_t password_of_user(string_view value) {
    constexpr std::size_t longest_user = 256;
    const std::size_t colon = value.substr(0, longest_user).find(':');
    if (colon == npos || colon + 1 >= value.size() || value.substr(colon).starts_with("://")) return 0;
    if (only_digits(value.substr(0, colon)) && only_digits(value.substr(colon + 1))) return 0;
    if (value.front() == '/' || value.find('/') < colon) return 0;
    return colon + 1;
}

bool begins_command(string_view word) {
    constexpr std::array<string_view, 14> programs{
        "java", "javaw",   "java.exe", "curl",    "wget",          "mysql",     "mysqldump",
        "psql", "sshpass", "mariadb",  "keytool", "java_command:", "jvm_args:", "Line:"};
    while (!word.empty() && (word.front() == '"' || word.front() == '\'' || word.front() == '['))
        word.remove_prefix(1);
    while (!word.empty() && (word.back() == '"' || word.back() == '\'' || word.back() == ','))
        word.remove_suffix(1);
    return among(programs, base_name(word));
}

}  // namespace nmtx
