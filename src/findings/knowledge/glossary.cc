#include "findings/knowledge/glossary.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "hotspot/nmt/nmt_tags.h"
#include "ledger/owner.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

std::string in_small_letters(std::string_view text) {
    std::string small;
    for (const char c : text) small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

template <typename F>
void for_each_entry(F visit) {
    for (const auto entries : {glossary_categories(), glossary_owners()}) {
        for (const GlossaryEntry& entry : entries) visit(entry);
    }
}

// What a person may call it, in small letters: an owner by its path or the end of it, a category by its name
// or by the path of its memory.
std::vector<std::string> names_of(const GlossaryEntry& entry) {
    std::vector<std::string> names{in_small_letters(entry.name)};
    if (entry.kind == GlossaryKind::owner) {
        names.emplace_back(base_name(names.front()));
    } else {
        names.push_back(path_of_category(entry.name));
        names.emplace_back(base_name(names.back()));
        names.push_back(path_below(owner_path::nmt_tracked, names.front()));
    }
    return names;
}

// How many letters have to be changed, left out or put in (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string_view nearest(std::string_view typed, std::optional<int> jdk) {
    std::string_view best;
    std::size_t least = static_cast<std::size_t>(-1);
    for_each_entry([&](const GlossaryEntry& entry) {
        if (jdk && !is_in_jdk(entry, *jdk)) return;
        for (const std::string& name : names_of(entry)) {
            const std::size_t far = distance(typed, name);
            if (far >= least) continue;
            least = far;
            best = entry.name;
        }
    });
    return best;
}

std::vector<const GlossaryEntry*> entries_where(std::optional<int> jdk, auto is_meant) {
    std::vector<const GlossaryEntry*> found;
    for_each_entry([&](const GlossaryEntry& entry) {
        if (jdk && !is_in_jdk(entry, *jdk)) return;
        const auto names = names_of(entry);
        if (std::any_of(names.begin(), names.end(), is_meant)) found.push_back(&entry);
    });
    return found;
}

void add_owner(std::string_view path, std::vector<const GlossaryEntry*>& found) {
    const auto add = [&](const GlossaryEntry* entry) {
        if (std::find(found.begin(), found.end(), entry) == found.end()) found.push_back(entry);
    };
    const bool in_malloc = is_below(path, owner_path::nmt_tracked);
    for (const GlossaryEntry& entry : glossary_categories()) {
        const std::string own = in_malloc ? path_below(owner_path::nmt_tracked, in_small_letters(entry.name))
                                          : path_of_category(entry.name);
        if (path == own || (!in_malloc && path.starts_with(own + "/"))) add(&entry);
    }
    // The deepest one that it is, or is below of.
    const GlossaryEntry* deepest = nullptr;
    for (const GlossaryEntry& entry : glossary_owners()) {
        const bool below = path.starts_with(entry.name) && path.substr(entry.name.size()).starts_with('/');
        if ((path == entry.name || below) && (deepest == nullptr || entry.name.size() > deepest->name.size()))
            deepest = &entry;
    }
    if (deepest != nullptr) add(deepest);
}

}  // namespace

bool is_in_jdk(const GlossaryEntry& entry, int jdk) {
    if (entry.kind == GlossaryKind::owner) return true;
    const auto names = nmt_tags(jdk);
    return std::find(names.begin(), names.end(), entry.name) != names.end();
}

std::vector<const GlossaryEntry*> entries_of_owner(std::string_view path) {
    std::vector<const GlossaryEntry*> found;
    add_owner(path, found);
    constexpr std::string_view either = " or ";
    const std::size_t at = path.find(either);
    // "jvm/code cache or gc": the page belongs to one of them; which one is unknown.
    if (!found.empty() || at == std::string_view::npos || !is_below(path, owner_path::jvm)) return found;
    add_owner(path.substr(0, at), found);
    for (std::string_view rest = path.substr(at + either.size()); !rest.empty();) {
        const std::size_t next = rest.find(either);
        add_owner(path_below(owner_path::jvm, rest.substr(0, next)), found);
        rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + either.size());
    }
    return found;
}

Expected<std::vector<const GlossaryEntry*>> look_up(std::string_view typed, std::optional<int> jdk) {
    const std::string name = in_small_letters(typed);
    auto found = entries_where(jdk, [&](const std::string& own) { return own == name; });
    if (found.empty()) found = entries_of_owner(name);
    if (found.empty() && !name.empty())
        found = entries_where(jdk, [&](const std::string& own) { return own.starts_with(name); });
    if (!found.empty()) return found;
    const auto elsewhere = jdk ? look_up(typed) : tl::make_unexpected(Error{});
    if (elsewhere) {
        std::string releases;
        for (const int known : known_jdks) {
            if (is_in_jdk(*elsewhere->front(), known)) releases += fmt::format(" {}", known);
        }
        return failure("",
                       fmt::format("JDK {} has no category '{}'; these have:{}", *jdk,
                                   elsewhere->front()->name, releases),
                       fmt::format("run it without --jdk: nmtx glossary '{}'", elsewhere->front()->name));
    }
    return failure("", fmt::format("unknown category or owner '{}'", typed),
                   fmt::format("did you mean '{}'? List them all: nmtx glossary", nearest(name, jdk)));
}

}  // namespace nmtx
