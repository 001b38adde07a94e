#include "pasted/join/part_subject.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "hotspot/identity.h"

namespace nmtx {
namespace {

// "-XX:MaxHeapSize=1g" -> its name and value, "-XX:+UseG1GC" -> the collector; an empty name for others.
std::pair<std::string_view, std::string_view> setting_of(std::string_view option) {
    constexpr std::array sizes{std::string_view("-Xmx"), std::string_view("-Xms"), std::string_view("-Xmn"),
                               std::string_view("-Xss")};
    for (const std::string_view size : sizes) {
        if (option.starts_with(size)) return {size, option.substr(size.size())};
    }
    constexpr std::string_view use = "-XX:+Use";
    if (option.starts_with(use) && option.ends_with("GC")) return {use, option.substr(use.size())};
    const std::size_t equals = option.find('=');
    if (!option.starts_with("-XX:") || equals == std::string_view::npos) return {};
    return {option.substr(0, equals), option.substr(equals + 1)};
}

// Later ones win, as in the JVM.
std::map<std::string_view, std::string_view> settings_of(std::string_view options) {
    std::map<std::string_view, std::string_view> settings;
    for (const std::string_view option : split_joined_options(options)) {
        const auto [name, value] = setting_of(option);
        if (!name.empty()) settings[name] = value;
    }
    return settings;
}

About about(PastedKind kind) {
    return entry_of(kind).about;
}

}  // namespace

bool of_a_process(const PastedPart& part) {
    return about(part.part.kind) != About::surroundings &&
           !std::holds_alternative<std::monostate>(part.contents);
}

std::optional<std::uint64_t> the_only_pid(const std::vector<PastedText>& texts) {
    std::optional<std::uint64_t> only;
    const auto is_another = [&](const std::optional<std::uint64_t>& pid) {
        return only && pid && *only != *pid;
    };
    for (const PastedText& text : texts) {
        for (const PastedPart& part : text.parts) {
            if (!part.pid || !of_a_process(part)) continue;
            if (is_another(part.pid)) return std::nullopt;
            only = part.pid;
        }
        for (const LeftOut& left_out : text.left_out) {
            if (about(left_out.kind) == About::surroundings) continue;
            if (left_out.several_pids || is_another(left_out.pid)) return std::nullopt;
            if (left_out.pid) only = left_out.pid;
        }
    }
    return only;
}

bool asks_for_nothing(const PastedPart& part) {
    return !of_a_process(part) || about(part.part.kind) == About::aside;
}

std::optional<Slot> slot_of(const PastedPart& part) {
    const PastedKind kind = part.part.kind;
    if (about(kind) != About::moment || std::holds_alternative<NmtRefusal>(part.contents))
        return std::nullopt;
    // Three forms of one thing, with and without what is resident.
    if (const auto* smaps = std::get_if<Smaps>(&part.contents))
        return Slot{smaps->rss_known ? PastedKind::smaps : PastedKind::maps, 0};
    if (const auto* nmt = std::get_if<PastedNmt>(&part.contents)) {
        const bool detail = !nmt->report.regions.empty();
        return Slot{kind, nmt->report.has_changes() ? 2 : detail ? 1 : 0};
    }
    return Slot{kind == PastedKind::vm_info ? PastedKind::hs_err : kind, 0};
}

bool contradicts(const std::optional<VmFlags>& options, const PastedPart& part) {
    const auto* line = std::get_if<JvmCommandLine>(&part.contents);
    const bool in_effect = part.part.kind == PastedKind::vm_flags || part.part.kind == PastedKind::flag_table;
    if (line == nullptr || !in_effect || !options) return false;
    std::string text;
    for (const VmFlag& flag : options->flags) text += flag.text() + ' ';
    const auto known = settings_of(text);
    return std::ranges::any_of(settings_of(line->options), [&](const auto& setting) {
        const auto before = known.find(setting.first);
        return before != known.end() && before->second != setting.second;
    });
}

}  // namespace nmtx
