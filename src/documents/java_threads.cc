#include "documents/java_threads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_fields.h"

namespace nmtx {
namespace {

constexpr int known_java_format = 1;
constexpr int deepest_java = 4;
constexpr std::size_t most_java_text = std::size_t{128} << 20U;

}  // namespace

const JavaThreadEntry* JavaThreadList::find(std::uint64_t id) const {
    const auto at = std::lower_bound(
        threads.begin(), threads.end(), id,
        [](const JavaThreadEntry& entry, std::uint64_t wanted) { return entry.id < wanted; });
    return at != threads.end() && at->id == id ? &*at : nullptr;
}

std::size_t JavaThreadList::unnamed() const {
    return static_cast<std::size_t>(std::count_if(threads.begin(), threads.end(),
                                                  [](const JavaThreadEntry& entry) { return !entry.name; }));
}

std::string format_java_threads(const JavaThreadList& list) {
    nlohmann::ordered_json out = {{"format", known_java_format}};
    out["threads"] = nlohmann::ordered_json::array();
    for (const JavaThreadEntry& thread : list.threads) {
        nlohmann::ordered_json one = {{"id", thread.id}};
        if (thread.name) one["name"] = text_json(*thread.name);
        if (!thread.state.empty()) one["state"] = text_json(thread.state);
        if (!thread.compiling.empty()) one["compiling"] = text_json(thread.compiling);
        out["threads"].push_back(std::move(one));
    }
    if (!list.names_missing.empty()) out["names_missing"] = text_json(list.names_missing);
    return out.dump(1) + "\n";
}

Expected<JavaThreadList> parse_java_threads(std::string_view text, std::string_view document) {
    if (text.size() > most_java_text)
        return failure(std::string(document), fmt::format("has more than {} bytes", most_java_text));
    const auto parsed = parse_json(text, document, deepest_java);
    if (!parsed) return tl::make_unexpected(parsed.error());
    JsonFields fields(*parsed, {});
    int format = 0;
    fields.read_whole("format", format);
    if (!fields.wrong() && format != known_java_format)
        return failure(std::string(document),
                       fmt::format("has format {}; this nmtx reads {}", format, known_java_format),
                       "use the nmtx that wrote it, or a newer one");
    JavaThreadList list;
    fields.read_list("threads", [&](JsonFields& one) {
        JavaThreadEntry& thread = list.threads.emplace_back();
        one.read_whole("id", thread.id);
        if (one.find("name") != nullptr) one.read("name", thread.name.emplace());
        one.read("state", thread.state);
        one.read("compiling", thread.compiling);
    });
    fields.read("names_missing", list.names_missing);
    if (fields.wrong()) return failure(std::string(document), *fields.wrong());
    std::sort(list.threads.begin(), list.threads.end(),
              [](const JavaThreadEntry& a, const JavaThreadEntry& b) { return a.id < b.id; });
    return list;
}

}  // namespace nmtx
