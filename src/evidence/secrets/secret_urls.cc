#include "evidence/secrets/secret_urls.h"

#include <algorithm>

#include "base/words.h"
#include "evidence/secrets/secret_shapes.h"

namespace nmtx {
namespace {

using std::string_view;
constexpr string_view ends_url = "?#\"'<>|` \t\n\\";

// What stands between "://" and the path, from `from` on.
string_view authority_at(string_view word, std::size_t from) {
    return word.substr(from, std::min(word.find_first_of("/?#", from), word.size()) - from);
}

bool is_number(string_view text) {
    return text.find_first_not_of("0123456789") == npos;
}

// "db7.acme.internal", "localhost", "cache:6379", "[::1]"; not the "s" of "u:p@s/s2@host".
bool is_plausible_host(string_view host) {
    const std::size_t colon = host.rfind(':');
    return host.find_first_of(".[") != npos || host == "localhost" ||
           (colon != npos && colon + 1 < host.size() && is_number(host.substr(colon + 1)));
}

// Of a URL whose authority begins at `from` where the user's part ends: the last '@' of the authority. One
// of the path counts too if what stood between would be no host.
std::size_t end_of_userinfo(string_view word, std::size_t from, string_view authority) {
    const std::size_t at = authority.rfind('@');
    if (at == npos || is_plausible_host(authority.substr(at + 1))) return at;
    string_view url = word.substr(from);
    url = url.substr(0, std::min(url.find("://"), url.size()));
    url = url.substr(0, std::min(url.find_first_of(ends_url, authority.size()), url.size()));
    const std::size_t last = url.rfind('@');
    return last != npos && last > at && url[last - 1] != '/' ? last : at;
}

// "host:8080/a@b" has one; in "u:12#4@host" it is a password.
bool is_port(string_view word, std::size_t from, string_view authority, std::size_t colon) {
    if (!is_number(authority.substr(colon + 1))) return false;
    const string_view behind = word.substr(from + authority.size());
    if (behind.empty() || behind.front() == '/') return true;
    constexpr std::size_t longest = 256;
    const std::size_t at = behind.substr(0, longest).find('@');
    return at == npos || (behind.front() == '?' && behind.substr(0, at).find('=') != npos);
}

void mark_userinfo(string_view word, std::size_t begin, SecretMarks& marks) {
    const std::size_t last_at = word.rfind('@');
    if (last_at == npos) return;
    std::size_t from = 0;
    for (std::size_t i = word.find("://"); i != npos; i = word.find("://", from)) {
        from = i + 3;
        const string_view authority = authority_at(word, from);
        const std::size_t colon = authority.find(':');
        const std::size_t at = end_of_userinfo(word, from, authority);
        if (colon == npos || (at != npos && at < colon)) {
            // A user alone is none, unless it is a token.
            if (at != npos && at > 0 && looks_like_secret(authority.substr(0, at)))
                marks.add(begin + from, begin + from + at);
            continue;
        }
        if (at != npos) {
            marks.add(begin + from + colon + 1, begin + from + at);
            from += at;
            continue;
        }
        if (is_port(word, from, authority, colon) || last_at < from + colon) continue;
        marks.add(begin + from + colon + 1, begin + last_at);
        return;
    }
}

// Of "scott/hun@ter2@//h:1521/x" the '@' before the host, from `slash` on.
std::size_t end_of_oracle_user(string_view url, std::size_t slash) {
    const std::size_t host = std::max(url.rfind("@//") + 1, url.rfind("@(") + 1);  // 0: there is none
    if (host > slash) return host - 1;
    const std::size_t quoted =
        slash + 1 < url.size() && url[slash + 1] == '"' ? url.find("\"@", slash + 2) : npos;
    const std::size_t end = url.find_first_of("\"'<>|` \t\n", quoted == npos ? slash : quoted + 1);
    const std::size_t last = url.substr(0, end).rfind('@');
    return last != npos && last > slash ? last : url.find('@', slash);
}

// "jdbc:oracle:thin:user/PASSWORD@host", and without the scheme where it is "@//host".
void mark_oracle(string_view word, std::size_t begin, SecretMarks& marks) {
    constexpr string_view oracle = "jdbc:oracle:";
    std::size_t from = word.find(oracle);
    if (from == npos) {
        const std::size_t at = word.find("@//");
        const std::size_t slash = word.substr(0, at).find('/');
        if (at == npos || slash == npos || slash == 0 || word.substr(slash).starts_with("//")) return;
        marks.add(begin + slash + 1, begin + word.rfind("@//"));
        return;
    }
    while (from != npos) {
        const std::size_t next = std::min(word.find(oracle, from + oracle.size()), word.size());
        const string_view url = word.substr(from, next - from);
        const std::size_t slash = url.find('/');
        const std::size_t first = url.find('@');
        // "thin:@//host" and "thin:/@alias" have none.
        if (slash != npos && first != npos && url[first - 1] != ':') {
            const std::size_t at = end_of_oracle_user(url, slash);
            if (at != npos) marks.add(begin + from + slash + 1, begin + from + at);
        }
        from = next < word.size() ? next : npos;
    }
}

bool is_hook(string_view segment) {
    return segment == "hook" || segment == "hooks" || segment.find("webhook") != npos;
}

// Where in a path a secret begins: behind the segment that says that it is one.
std::size_t secret_of_path(string_view host, string_view path) {
    std::size_t at = 0;
    while (at < host.size()) {
        const std::size_t dot = std::min(host.find('.', at), host.size());
        if (is_hook(host.substr(at, dot - at))) return 1;
        at = dot + 1;
    }
    for (at = 1; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const string_view segment = path.substr(at, slash - at);
        if (is_hook(segment)) return slash + 1;
        const std::size_t colon = segment.find(':');
        if (segment.starts_with("bot") && colon != npos && colon > 3) return at + 3;
        at = slash + 1;
    }
    return npos;
}

void mark_hooks(string_view word, std::size_t begin, SecretMarks& marks) {
    std::size_t from = 0;
    for (std::size_t i = word.find("://"); i != npos; i = word.find("://", from)) {
        from = i + 3;
        const string_view authority = authority_at(word, from);
        const std::size_t path_at = from + authority.size();
        if (path_at >= word.size() || word[path_at] != '/') continue;
        const std::size_t next = std::min(word.find("://", path_at), word.size());
        const std::size_t end =
            path_at + std::min(word.substr(path_at, next - path_at).find_first_of(ends_url), next - path_at);
        const string_view host = authority.substr(authority.rfind('@') + 1);
        const std::size_t secret =
            secret_of_path(host.substr(0, host.find(':')), word.substr(path_at, end - path_at));
        if (secret != npos && path_at + secret < end) marks.add(begin + path_at + secret, begin + end);
        from = end;
    }
}

}  // namespace

void mark_url_secrets(string_view word, std::size_t begin, SecretMarks& marks) {
    if (word.find('@') != npos) {
        mark_userinfo(word, begin, marks);
        mark_oracle(word, begin, marks);
    }
    if (word.find("://") != npos) mark_hooks(word, begin, marks);
}

}  // namespace nmtx
