#include "evidence/secret_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "evidence/secret_shapes.h"

namespace nmtx {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;

constexpr bool is_lower(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Longer names are not told apart: the end of one decides.
constexpr std::size_t longest_name = 256;

// "-Djavax.net.ssl.keyStorePassword" → javax net ssl key store password, in lower case, without figures.
class Words {
  public:
    explicit Words(string_view name) {
        for (const string_view option : {"-J-D", "-D", "-P", "-E"}) {
            if (!name.starts_with(option) || name.size() <= option.size()) continue;
            name.remove_prefix(option.size());
            break;
        }
        if (name.size() > longest_name) name.remove_prefix(name.size() - longest_name);
        folded_.reserve(name.size());
        bool begins = true;
        for (std::size_t i = 0; i < name.size(); ++i) {
            const char c = name[i];
            if (!is_lower(c) && !is_upper(c)) {
                begins = true;
                continue;
            }
            const bool hump = is_upper(c) && i > 0 &&
                              (is_lower(name[i - 1]) ||
                               (is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1])));
            if (begins || hump) starts_.push_back(folded_.size());
            begins = false;
            folded_ += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }

    // All of them, without what stood between.
    [[nodiscard]] string_view all() const { return folded_; }
    [[nodiscard]] std::size_t count() const { return starts_.size(); }
    // The last is the 0th.
    [[nodiscard]] string_view from_end(std::size_t nth) const {
        if (nth >= starts_.size()) return {};
        const std::size_t at = starts_.size() - 1 - nth;
        const std::size_t end = at + 1 < starts_.size() ? starts_[at + 1] : folded_.size();
        return string_view(folded_).substr(starts_[at], end - starts_[at]);
    }
    [[nodiscard]] string_view last() const { return from_end(0); }

  private:
    std::string folded_;
    std::vector<std::size_t> starts_;
};

template <std::size_t N>
bool among(const std::array<string_view, N>& words, string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Wherever they stand, and with whatever between their parts: "api.key", "API_KEY", "apiKey".
constexpr std::array<string_view, 35> strong{
    "password",   "passwort",    "passwd",     "passphrase", "passcode",   "passwrd",    "pswd",
    "pwd",        "kennwort",    "geheim",     "schluessel", "contrasena", "motdepasse", "wachtwoord",
    "secret",     "token",       "credential", "apikey",     "accesskey",  "privatekey", "signingkey",
    "encryptkey", "cryptionkey", "authkey",    "accountkey", "sharedkey",  "masterkey",  "storagekey",
    "licensekey", "sessionid",   "mnemonic",   "setcookie",  "authheader", "basicauth",  "webhook"};

// As the last word alone.
constexpr std::array<string_view, 42> weak{
    "auth",    "authorization", "authorisation", "bearer", "oauth",     "pin",    "tok",
    "pw",      "salt",          "pepper",        "sig",    "signature", "hmac",   "cookie",
    "cookies", "session",       "sid",           "jwt",    "otp",       "totp",   "pat",
    "sas",     "pass",          "mdp",           "clave",  "senha",     "parola", "cred",
    "creds",   "license",       "licence",       "csrf",   "xsrf",      "psk",    "storepass",
    "keypass", "passin",        "passout",       "psw",    "pword",     "dsn",    "userpwd"};

// Keys that open nothing, by the word before.
constexpr std::array<string_view, 20> open_keys{
    "partition", "primary", "foreign", "sort", "routing", "row",    "message", "public", "hot",   "group",
    "map",       "object",  "cache",   "join", "index",   "lookup", "unique",  "order",  "shard", "natural"};

bool is_secret_key(const Words& words) {
    const string_view last = words.last();
    if (!last.ends_with("key")) return false;
    if (last != "key") return last != "monkey" && last != "turkey" && last != "hotkey" && last != "donkey";
    return !among(open_keys, words.from_end(1));
}

bool last_is_secret(const Words& words) {
    const string_view last = words.last();
    if (last.ends_with("pass")) return last != "bypass" && last != "compass" && last != "trespass";
    return among(weak, last) || is_secret_key(words);
}

// The kernel's and other programs' own fields.
bool is_known_field(string_view name) {
    return name == "VmPin" || name == "ProtectionKey" || name == "PWD" || name == "OLDPWD";
}

bool has_strong_word(string_view folded) {
    return std::any_of(strong.begin(), strong.end(), [&](string_view word) {
        const std::size_t at = folded.find(word);
        return at != npos && !folded.substr(at).starts_with("tokeniz") &&
               !folded.substr(at).starts_with("secretar") && !folded.substr(at).starts_with("passwordless");
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

bool is_figure(string_view value) {
    std::size_t digits = 0;
    while (digits < value.size() && (is_digit(value[digits]) || value[digits] == '.')) ++digits;
    const string_view unit = value.substr(digits);
    return digits > 0 && unit.size() <= 7 &&
           std::all_of(unit.begin(), unit.end(), [](char c) { return is_lower(c) || is_upper(c); });
}

bool is_plain_words(string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return is_lower(c) || is_upper(c) || is_digit(c) || string_view("._-:/, $").find(c) != npos;
    });
}

}  // namespace

bool speaks_of_secrets(string_view name) {
    if (name.empty() || is_known_field(name)) return false;
    const Words words(name);
    return words.count() > 0 && (last_is_secret(words) || has_strong_word(words.all()));
}

bool ends_in_secret(string_view name) {
    if (name.empty() || is_known_field(name)) return false;
    const Words words(name);
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
    const Words words(name);
    const string_view last = words.last();
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
           among(services, Words(name).last());
}

bool names_user(string_view name) {
    constexpr std::array<string_view, 7> users{"user", "username", "login", "userinfo", "basic", "u", "usr"};
    return among(users, Words(name).last());
}

bool names_header(string_view name) {
    const Words words(name);
    return words.last() == "header" || words.last() == "headers";
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
    constexpr std::array<string_view, 17> digests{
        "commit", "sha", "md",      "digest",      "checksum", "revision", "rev",   "build", "buildid",
        "etag",   "git", "version", "fingerprint", "uuid",     "guid",     "image", "crc"};
    const Words words(name);
    return among(digests, words.last()) || (words.last() == "id" && among(digests, words.from_end(1)));
}

}  // namespace nmtx
