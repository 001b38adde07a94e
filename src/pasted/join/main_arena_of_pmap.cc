#include "pasted/join/main_arena_of_pmap.h"

#include <algorithm>

#include "base/paths.h"

namespace nmtx {

std::optional<std::string> name_main_arena(Smaps& smaps) {
    if (smaps.from != MappingsFrom::pmap) return std::nullopt;
    const auto named = [](const Mapping& m) { return m.name == "[heap]"; };
    if (std::ranges::any_of(smaps.mappings, named)) return std::nullopt;
    constexpr std::uint64_t libraries = 0x700000000000;
    const Mapping* program = nullptr;
    for (Mapping& mapping : smaps.mappings) {
        if (mapping.range.begin.value >= libraries) break;
        const std::string_view name = base_name(mapping.name);
        if (name == "java") program = &mapping;
        const bool behind =
            program != nullptr && program != &mapping && program->range.end < mapping.range.begin;
        const Protection& p = mapping.protection;
        if (!behind || !mapping.private_anonymous() || !p.read || !p.write || p.execute) continue;
        mapping.name = "[heap]";
        return "pmap does not name malloc's main arena: it is taken to be the first anonymous mapping after the program's.";
    }
    return std::nullopt;
}

}  // namespace nmtx
