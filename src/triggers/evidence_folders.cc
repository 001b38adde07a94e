#include "triggers/evidence_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr std::string_view time_form = "00000000T000000Z";  // 0: a digit
constexpr std::string_view before_pid = "-pid";

bool has_time_form(std::string_view text) {
    return text.size() == time_form.size() &&
           std::equal(text.begin(), text.end(), time_form.begin(),
                      [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
}

}  // namespace

std::string evidence_name(std::string_view utc, std::uint64_t pid, ConditionKind kind) {
    std::string time;
    for (const char c : utc) {
        if (c != '-' && c != ':') time += c;
    }
    return fmt::format("{}{}{}-{}", time, before_pid, pid, word_of(kind));
}

bool is_evidence_name(std::string_view name) {
    if (!has_time_form(name.substr(0, time_form.size()))) return false;
    name.remove_prefix(time_form.size());
    if (!name.starts_with(before_pid)) return false;
    name.remove_prefix(before_pid.size());
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    if (digits == 0 || digits == name.size() || name[digits] != '-') return false;
    constexpr std::array kinds{ConditionKind::usage, ConditionKind::rss, ConditionKind::growth,
                               ConditionKind::terminated, ConditionKind::ended};
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](ConditionKind kind) { return word_of(kind) == name.substr(digits + 1); });
}

std::optional<std::vector<std::string>> evidence_to_drop(std::vector<KeptEvidence> kept, Bytes coming,
                                                         Bytes most, std::string_view except) {
    std::sort(kept.begin(), kept.end(),
              [](const KeptEvidence& a, const KeptEvidence& b) { return a.name < b.name; });
    Bytes total = coming;
    for (const KeptEvidence& one : kept) total += one.size;
    std::vector<std::string> dropped;
    for (const KeptEvidence& one : kept) {
        if (total <= most) break;
        if (one.name == except) continue;
        total = minus_or_zero(total, one.size);
        dropped.push_back(one.name);
    }
    if (total > most) return std::nullopt;
    return dropped;
}

}  // namespace nmtx
