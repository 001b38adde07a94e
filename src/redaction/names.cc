#include "redaction/names.h"

#include <algorithm>

#include "redaction/name_shapes.h"
#include "redaction/words.h"

namespace nmtx {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t shortest_name = 3;  // letters: fewer do not identify anybody
constexpr std::size_t longest_number = 5;
constexpr std::size_t shortest_hash = 8;

std::string lower(std::string_view text) {
    std::string folded(text);
    std::transform(folded.begin(), folded.end(), folded.begin(),
                   [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
    return folded;
}

// "A", "B", … "Z", "AA": letters, since a number may follow a name.
std::string letters_of(std::size_t index) {
    std::string text;
    for (++index; index > 0; index = (index - 1) / 26)
        text.insert(text.begin(), static_cast<char>('A' + (index - 1) % 26));
    return text;
}

// One of ours, of a text that was redacted before.
bool is_placeholder(std::string_view token) {
    for (std::size_t kind = 0; kind < placeholder_kinds; ++kind) {
        const std::string_view name = name_of(static_cast<Placeholder>(kind));
        if (!token.starts_with(name) || token.size() == name.size()) continue;
        const std::string_view index = token.substr(name.size());
        if (std::all_of(index.begin(), index.end(), is_upper)) return true;
    }
    return false;
}

// Letters and digits alternate: "log4j" is three runs.
std::size_t runs_in(std::string_view token) {
    std::size_t runs = 1;
    for (std::size_t i = 1; i < token.size(); ++i)
        runs += is_digit(token[i]) != is_digit(token[i - 1]) ? 1U : 0U;
    return runs;
}

// Words that identify mappings, files and HotSpot's threads: a user or a host with such a name keeps it.
bool tells_kinds(std::string_view name) {
    constexpr std::array words{
        std::string_view("java"),    std::string_view("jvm"),    std::string_view("jre"),
        std::string_view("anon"),    std::string_view("glibc"),  std::string_view("malloc"),
        std::string_view("memfd"),   std::string_view("shm"),    std::string_view("dev"),
        std::string_view("lib"),     std::string_view("bin"),    std::string_view("so"),
        std::string_view("jar"),     std::string_view("heap"),   std::string_view("stack"),
        std::string_view("modules"), std::string_view("server"), std::string_view("vm"),
        std::string_view("gc"),      std::string_view("thread"), std::string_view("main"),
        std::string_view("g1"),      std::string_view("c1"),     std::string_view("c2"),
        std::string_view("deleted"), std::string_view("root"),   std::string_view("localhost")};
    return std::find(words.begin(), words.end(), name) != words.end();
}

}  // namespace

std::string_view name_of(Placeholder kind) {
    constexpr std::array<std::string_view, placeholder_kinds> names{"name", "host", "ip", "mail", "id"};
    return names[static_cast<std::size_t>(kind)];
}

NameRedactor::NameRedactor(const std::vector<CertainName>& certain) {
    for (const CertainName& name : certain) {
        if (name.name.size() >= 2 && !tells_kinds(lower(name.name)))
            certain_.push_back({name.kind, lower(name.name)});
    }
    std::stable_sort(certain_.begin(), certain_.end(), [](const CertainName& a, const CertainName& b) {
        return a.name.size() > b.name.size();
    });
}

const std::string& NameRedactor::placeholder(Placeholder kind, std::string_view name) {
    auto& known = known_[static_cast<std::size_t>(kind)];
    ++counts_.places;
    const auto [it, added] = known.try_emplace(lower(name));
    if (added)
        it->second =
            std::string(name_of(kind)) + letters_of(counts_.different[static_cast<std::size_t>(kind)]++);
    return it->second;
}

std::size_t NameRedactor::certain(std::string_view rest, std::string& out) {
    for (const CertainName& name : certain_) {
        if (rest.size() < name.name.size() || !ends_word(rest, name.name.size()) ||
            lower(rest.substr(0, name.name.size())) != name.name)
            continue;
        out += placeholder(name.kind, name.name);
        return name.name.size();
    }
    return 0;
}

std::size_t NameRedactor::mail(std::string_view rest, std::string& out) {
    const std::size_t user = run_of(rest, [](char c) {
        return is_name_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
    });
    if (user == 0 || user >= rest.size() || rest[user] != '@') return 0;
    std::string_view server = rest.substr(user + 1);
    server =
        server.substr(0, run_of(server, [](char c) { return is_name_alnum(c) || c == '.' || c == '-'; }));
    while (!server.empty() && !is_name_alnum(server.back())) server.remove_suffix(1);
    if (server.empty()) return 0;
    const std::size_t all = user + 1 + server.size();
    out += placeholder(Placeholder::mail, rest.substr(0, all));
    return all;
}

std::size_t NameRedactor::ip(std::string_view rest, std::string& out) {
    std::size_t all = ipv4(rest);
    if (all == 0) all = ipv6(rest);
    if (all == 0) return 0;
    const std::string_view text = rest.substr(0, all);
    // These are public.
    if (text == "127.0.0.1" || text == "0.0.0.0" || text == "255.255.255.255") {
        out += text;
    } else {
        out += placeholder(Placeholder::ip, text);
    }
    return all;
}

std::size_t NameRedactor::id(std::string_view rest, std::string& out) {
    const std::size_t prefix = rest.starts_with("pod") ? 3 : 0;
    std::size_t all = uuid(rest.substr(prefix));
    if (all == 0) {
        all = run_of(rest.substr(prefix), is_hex);
        const std::string_view hash = rest.substr(prefix, all);
        const bool mixed = std::any_of(hash.begin(), hash.end(), is_digit) &&
                           std::any_of(hash.begin(), hash.end(), is_name_letter);
        if (all < shortest_hash || !mixed || !ends_word(rest, prefix + all)) return 0;
    }
    out += rest.substr(0, prefix);
    out += placeholder(Placeholder::id, rest.substr(prefix, all));
    return prefix + all;
}

// "db-7.acme.internal": labels, the last a domain; the first is none, or it were a package of Java's.
std::size_t NameRedactor::host(std::string_view rest, std::string& out) {
    std::size_t all = run_of(rest, [](char c) { return is_name_alnum(c) || c == '-' || c == '.'; });
    while (all > 0 && !is_name_alnum(rest[all - 1])) --all;
    const std::string_view name = rest.substr(0, all);
    const std::size_t dot = name.rfind('.');
    if (dot == npos || !is_domain(name.substr(dot + 1))) return 0;
    const std::string_view first = name.substr(0, name.find('.'));
    if (is_domain(first) || is_jdk_name(name)) return 0;
    out += placeholder(Placeholder::host, name);
    return all;
}

std::size_t NameRedactor::authority(std::string_view rest, std::string& out) {
    const std::size_t all = std::min(rest.find_first_of("/?#\"' ,;<>()\t\n\r"), rest.size());
    std::string_view text = rest.substr(0, all);
    if (const std::size_t at = text.rfind('@'); at != npos) {
        const std::string_view user = text.substr(0, text.find(':') < at ? text.find(':') : at);
        out += placeholder(Placeholder::name, user);
        if (user.size() < at) out += ":***";
        out += '@';
        text.remove_prefix(at + 1);
    }
    const bool bracket = text.starts_with('[');
    const std::size_t end =
        bracket ? std::min(text.find(']') + 1, text.size()) : std::min(text.find(':'), text.size());
    const std::string_view name = text.substr(0, end);
    if (name.empty() || name == "localhost" || name == "127.0.0.1" || is_placeholder(name)) {
        out += name;
    } else if (bracket || ipv4(name) == name.size()) {
        out += placeholder(Placeholder::ip, name);
    } else {
        out += placeholder(Placeholder::host, name);
    }
    const std::string_view port = text.substr(end);
    out +=
        std::all_of(port.begin(), port.end(), [](char c) { return is_digit(c) || c == ':'; }) ? port : ":…";
    return all;
}

// A run of letters: public as a whole, or by the words that capitals make it of: "HttpClientPool".
void NameRedactor::letters(std::string_view run, std::string& out) {
    if (run.size() < shortest_name || is_public_word(lower(run))) {
        out += run;
        return;
    }
    if (run.starts_with("lib") && run.size() > 4) {
        out += "lib";
        letters(run.substr(3), out);
        return;
    }
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= run.size(); ++i) {
        const bool cut =
            i == run.size() ||
            (is_upper(run[i]) && (!is_upper(run[i - 1]) || (i + 1 < run.size() && !is_upper(run[i + 1]))));
        if (!cut) continue;
        parts.push_back(run.substr(begin, i - begin));
        begin = i;
    }
    const auto is_public = [](std::string_view part) { return is_public_word(lower(part)); };
    if (std::none_of(parts.begin(), parts.end(), is_public)) {
        out += placeholder(Placeholder::name, run);
        return;
    }
    for (const std::string_view part : parts) {
        if (part.size() < shortest_name || is_public(part)) {
            out += part;
        } else {
            out += placeholder(Placeholder::name, part);
        }
    }
}

void NameRedactor::word(std::string_view token, Numbers numbers, std::string& out) {
    const bool zeros = token.find_first_not_of('0') == npos;
    if (is_public_word(lower(token)) || is_placeholder(token) || zeros) {
        out += token;
        return;
    }
    const std::size_t runs = runs_in(token);
    if (runs >= 4 && token.size() >= 6 && numbers == Numbers::long_ones_go) {
        out += placeholder(Placeholder::id, token);
        return;
    }
    while (!token.empty()) {
        const bool digits = is_digit(token.front());
        const std::size_t length = run_of(token, [&](char c) { return is_digit(c) == digits; });
        const std::string_view run = token.substr(0, length);
        token.remove_prefix(length);
        if (!digits) {
            letters(run, out);
        } else if (numbers == Numbers::kept || run.size() <= longest_number) {
            out += run;
        } else {
            out += placeholder(Placeholder::id, run);
        }
    }
}

std::string NameRedactor::redact(std::string_view text, Numbers numbers) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_name_alnum(text[at])) {
            out += text[at++];
            if (text.substr(0, at).ends_with("://")) at += authority(text.substr(at), out);
            continue;
        }
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("0x")) {
            const std::size_t length = 2 + run_of(rest.substr(2), is_hex);
            if (length > 2 && ends_word(rest, length)) {
                out += rest.substr(0, length);
                at += length;
                continue;
            }
        }
        std::size_t taken = certain(rest, out);
        if (taken == 0) taken = mail(rest, out);
        if (taken == 0) taken = ip(rest, out);
        if (taken == 0 && numbers == Numbers::long_ones_go) taken = id(rest, out);
        if (taken == 0) taken = host(rest, out);
        if (taken == 0) {
            taken = run_of(rest, is_name_alnum);
            word(rest.substr(0, taken), numbers, out);
        }
        at += taken;
    }
    return out;
}

}  // namespace nmtx
