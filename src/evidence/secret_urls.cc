#include "evidence/secret_urls.h"

#include <algorithm>

#include "evidence/secret_shapes.h"

namespace nmtx {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;
constexpr string_view ends_url = "?#\"'<>|` \t\n\\";

// What stands between "://" and the path, from `from` on.
string_view authority_at(string_view word, std::size_t from) {
    return word.substr(from, std::min(word.find_first_of("/?#", from), word.size()) - from);
}

void mark_userinfo(string_view word, std::size_t begin, SecretMarks& marks) {
    const std::size_t last_at = word.rfind('@');
    if (last_at == npos) return;
    std::size_t from = 0;
    for (std::size_t i = word.find("://"); i != npos; i = word.find("://", from)) {
        from = i + 3;
        const string_view authority = authority_at(word, from);
        const std::size_t colon = authority.find(':');
        const std::size_t at = authority.rfind('@');
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
        const bool port = authority.substr(colon + 1).find_first_not_of("0123456789") == npos;
        if (port || last_at < from + colon) continue;
        marks.add(begin + from + colon + 1, begin + last_at);
        return;
    }
    constexpr string_view oracle = "jdbc:oracle:";
    const std::size_t jdbc = word.find(oracle);
    if (jdbc == npos) return;
    const std::size_t slash = word.find('/', jdbc);
    const std::size_t at = slash == npos ? npos : word.find('@', slash);
    if (at != npos) marks.add(begin + slash + 1, begin + at);
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
    mark_userinfo(word, begin, marks);
    if (word.find("://") != npos) mark_hooks(word, begin, marks);
}

}  // namespace nmtx
