#include "evidence/secrets/secret_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/characters.h"
#include "base/words.h"
#include "evidence/secrets/secret_shapes.h"
#include "evidence/secrets/secret_words.h"

namespace nmtx {
namespace {

using std::string_view;

// Wherever they stand, and with whatever between their parts: "api.key", "API_KEY", "apiKey".
constexpr std::array<string_view, 48> strong{
    "password",   "passwort",    "passwd",     "passphrase",  "passcode",   "passwrd",    "pswd",
    "pwd",        "kennwort",    "geheim",     "schluessel",  "contrasena", "motdepasse", "wachtwoord",
    "secret",     "token",       "credential", "apikey",      "accesskey",  "privatekey", "signingkey",
    "encryptkey", "cryptionkey", "authkey",    "accountkey",  "sharedkey",  "masterkey",  "storagekey",
    "licensekey", "sessionid",   "mnemonic",   "setcookie",   "authheader", "basicauth",  "webhook",
    "schlussel",  "losenord",    "passord",    "adgangskode", "salasana",   "jelszo",     "palavrapasse",
    "пароль",     "密码",        "密碼",       "口令",        "パスワード", "비밀번호"};

// Only as the last word.
constexpr std::array<string_view, 45> weak{
    "auth",  "authorization", "authorisation", "bearer",    "oauth",  "pin",     "tok",     "pw",
    "salt",  "pepper",        "sig",           "signature", "hmac",   "cookie",  "cookies", "session",
    "sid",   "jwt",           "otp",           "totp",      "pat",    "sas",     "pass",    "mdp",
    "clave", "senha",         "parola",        "cred",      "creds",  "license", "licence", "csrf",
    "xsrf",  "psk",           "storepass",     "keypass",   "passin", "passout", "psw",     "pword",
    "dsn",   "userpwd",       "haslo",         "heslo",     "sifre"};

// As the end of the last word: "keystorepw", "dbauth".
constexpr std::array<string_view, 14> weak_ends{"pass",          "pw",     "psw",    "pword",   "auth",
                                                "authorization", "bearer", "cookie", "cookies", "jwt",
                                                "signature",     "hmac",   "psk",    "creds"};
constexpr std::array<string_view, 3> open_ends{"bypass", "compass", "trespass"};

// Keys that open nothing, by the word before.
constexpr std::array<string_view, 20> open_keys{
    "partition", "primary", "foreign", "sort", "routing", "row",    "message", "public", "hot",   "group",
    "map",       "object",  "cache",   "join", "index",   "lookup", "unique",  "order",  "shard", "natural"};

bool is_secret_key(const NameWords& words) {
    const string_view last = words.last();
    if (!last.ends_with("key")) return false;
    if (last != "key") return last != "monkey" && last != "turkey" && last != "hotkey" && last != "donkey";
    return !among(open_keys, words.from_end(1));
}

bool last_is_secret(const NameWords& words) {
    const string_view last = words.last();
    if (among(open_ends, last)) return false;
    return among(weak, last) || is_secret_key(words) ||
           std::any_of(weak_ends.begin(), weak_ends.end(),
                       [&](string_view end) { return last.ends_with(end); });
}

// The kernel's and other programs' own fields.
bool is_known_field(string_view name) {
    return name == "VmPin" || name == "ProtectionKey" || name == "PWD" || name == "OLDPWD";
}

bool has_strong_word(string_view folded) {
    const auto is_open = [](string_view rest) {
        return rest.starts_with("tokeniz") || rest.starts_with("secretar") ||
               rest.starts_with("passwordless");
    };
    return std::any_of(strong.begin(), strong.end(), [&](string_view word) {
        std::size_t at = folded.find(word);
        while (at != npos && is_open(folded.substr(at))) at = folded.find(word, at + 1);
        return at != npos;
    });
}

constexpr std::array<string_view, 15> of_files{"file",       "files",  "path",       "paths",  "location",
                                               "dir",        "folder", "directory",  "store",  "keystore",
                                               "truststore", "jks",    "properties", "source", "resource"};
constexpr std::array<string_view, 30> of_figures{
    "ttl",     "timeout", "expiry",   "expiration", "expires", "lifetime", "validity", "second",
    "seconds", "minutes", "hours",    "days",       "ms",      "millis",   "length",   "len",
    "size",    "count",   "interval", "period",     "limit",   "max",      "min",      "attempts",
    "retries", "age",     "port",     "iterations", "rounds",  "strength"};
constexpr std::array<string_view, 48> of_kinds{
    "type",     "kind",      "class",     "classname", "algorithm", "alg",        "provider",
    "encoder",  "decoder",   "handler",   "format",    "mode",      "method",     "strategy",
    "policy",   "factory",   "validator", "name",      "names",     "prefix",     "suffix",
    "header",   "parameter", "param",     "issuer",    "audience",  "uri",        "url",
    "endpoint", "host",      "scope",     "alias",     "resolver",  "serializer", "deserializer",
    "cache",    "manager",   "generator", "service",   "field",     "column",     "claim",
    "role",     "roles",     "engine",    "backend",   "plugin",    "converter"};

constexpr std::array<string_view, 33> auth_methods{
    "none",     "basic",    "digest", "negotiate", "kerberos", "gssapi", "plain",   "ldap",     "ldaps",
    "oauth",    "oauth2",   "oidc",   "jwt",       "ntlm",     "spnego", "simple",  "mutual",   "tls",
    "ssl",      "md5",      "scram",  "token",     "password", "auto",   "default", "disabled", "enabled",
    "required", "optional", "openid", "saml",      "jaas",     "x509"};

std::string folded(string_view text) {
    std::string low(text);
    std::transform(low.begin(), low.end(), low.begin(),
                   [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
    return low;
}

// "3600", "1.5h", "30days"
bool is_figure(string_view value) {
    constexpr std::size_t longest = 19;
    constexpr std::array<string_view, 37> units{
        "",    "ns",   "us",     "ms",      "s",     "m",      "h",      "d",       "w",      "y",
        "sec", "secs", "second", "seconds", "min",   "mins",   "minute", "minutes", "hour",   "hours",
        "day", "days", "week",   "weeks",   "month", "months", "year",   "years",   "millis", "b",
        "k",   "g",    "kb",     "mb",      "gb",    "kib",    "mib"};
    const std::size_t digits = std::min(value.find_first_not_of("0123456789."), value.size());
    return digits > 0 && digits <= longest && among(units, string_view(folded(value.substr(digits))));
}

// "max.tokens=4096": how many there are of things that would be secrets.
bool is_count_of(const NameWords& words, string_view value) {
    constexpr std::array<string_view, 7> things{"tokens",  "keys",        "sessions", "cookies",
                                                "secrets", "credentials", "passwords"};
    constexpr std::array<string_view, 18> counts{"max",    "maximum", "min",   "minimum", "limit",   "count",
                                                 "size",   "num",     "total", "quota",   "budget",  "ttl",
                                                 "expiry", "length",  "age",   "window",  "timeout", "per"};
    constexpr std::size_t longest = 9;
    if (value.size() > longest || value.empty() || !std::all_of(value.begin(), value.end(), is_digit))
        return false;
    const string_view last = words.last();
    if (last.starts_with("max") || last.starts_with("min") || last.starts_with("num"))
        return among(things, last.substr(3));
    bool counted = false;
    for (std::size_t i = 1; i < words.count(); ++i) counted = counted || among(counts, words.from_end(i));
    return counted && among(things, last);
}

// "oracle.sid=ORCL": the name of a database.
bool is_database(const NameWords& words, string_view value) {
    constexpr std::array<string_view, 9> databases{"oracle", "ora",      "db",  "database", "jdbc",
                                                   "tns",    "instance", "sap", "ds"};
    constexpr std::size_t longest = 30;
    return words.last() == "sid" && among(databases, words.from_end(1)) && value.size() <= longest &&
           std::all_of(value.begin(), value.end(), [](char c) {
               return is_lower_or_beyond(c) || is_upper(c) || is_digit(c) || c == '_';
           });
}

bool is_plain_words(string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return is_lower_or_beyond(c) || is_upper(c) || is_digit(c) || string_view("._-:/, $").find(c) != npos;
    });
}

}  // namespace

bool speaks_of_secrets(string_view name) {
    if (name.empty() || is_known_field(name)) return false;
    const NameWords words(name);
    return words.count() > 0 && (last_is_secret(words) || has_strong_word(words.all()));
}

bool ends_in_secret(string_view name) {
    if (name.empty() || is_known_field(name)) return false;
    const NameWords words(name);
    if (words.count() == 0) return false;
    if (last_is_secret(words)) return true;
    string_view all = words.all();
    if (all.ends_with('s')) all.remove_suffix(1);
    return std::any_of(strong.begin(), strong.end(),
                       [&](string_view word) { return all.ends_with(word) || words.all().ends_with(word); });
}

bool is_harmless_value(string_view name, string_view value) {
    constexpr std::size_t longest = 1024;
    if (value.size() > longest) return false;
    const std::string low = folded(value);
    if (low.empty() || low == "true" || low == "false" || low == "null") return true;
    if (looks_like_secret(value)) return false;
    const NameWords words(name);
    const string_view last = words.last();
    if (is_count_of(words, value) || is_database(words, value)) return true;
    if (has_strong_word(words.all())) {
        const bool hook =
            words.all().find("webhook") != npos && (last == "url" || last == "uri" || last == "endpoint");
        if (hook) return false;
        if (among(of_files, last)) return is_ordinary_path(value) || value.find('/') != npos;
        if (among(of_figures, last)) return is_figure(value);
        return among(of_kinds, last) && is_plain_words(value);
    }
    return among(auth_methods, string_view(low)) || is_ordinary_path(value);
}

bool is_port_of_service(string_view name, string_view value) {
    constexpr std::array<string_view, 10> services{"auth",   "session", "token",  "key",     "cookie",
                                                   "secret", "oauth",   "tokens", "webhook", "jwt"};
    return value.size() <= 5 && !value.empty() && std::all_of(value.begin(), value.end(), is_digit) &&
           among(services, NameWords(name).last());
}

bool names_user(string_view name) {
    constexpr std::array<string_view, 7> users{"user", "username", "login", "userinfo", "basic", "u", "usr"};
    return among(users, NameWords(name).last());
}

bool names_header(string_view name) {
    const NameWords words(name);
    return words.last() == "header" || words.last() == "headers";
}

bool names_pair(string_view name) {
    return name == "name" || name == "Name" || name == "key" || name == "Key";
}

bool names_value(string_view name) {
    return name == "value" || name == "Value";
}

bool is_harmless_header(string_view name) {
    constexpr std::array<string_view, 22> harmless{"accept",
                                                   "accept-charset",
                                                   "accept-encoding",
                                                   "accept-language",
                                                   "content-type",
                                                   "content-length",
                                                   "content-encoding",
                                                   "user-agent",
                                                   "host",
                                                   "connection",
                                                   "cache-control",
                                                   "origin",
                                                   "te",
                                                   "via",
                                                   "date",
                                                   "pragma",
                                                   "range",
                                                   "expect",
                                                   "x-request-id",
                                                   "x-forwarded-for",
                                                   "x-forwarded-proto",
                                                   "x-forwarded-host"};
    return among(harmless, string_view(folded(name)));
}

bool names_digest(string_view name) {
    constexpr std::array<string_view, 18> digests{
        "commit", "sha", "md",      "digest",      "checksum", "revision", "rev",   "build", "buildid",
        "etag",   "git", "version", "fingerprint", "uuid",     "guid",     "image", "crc",   "traceparent"};
    if (speaks_of_secrets(name)) return false;
    const NameWords words(name);
    const string_view last = words.last();
    // "trace.id", "spanId", "requestid"
    return among(digests, last) || (last.ends_with("id") && last != "sid");
}

}  // namespace nmtx
