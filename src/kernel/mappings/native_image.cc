#include "kernel/mappings/native_image.h"

#include <set>
#include <string_view>

namespace nmtx {
namespace {

// A heap has room to grow; other programs that map themselves (packed ones, debuggers) reserve nothing.
constexpr Bytes least_reserved = mib(64);

bool reservation(const Mapping& mapping) {
    return mapping.private_anonymous() && mapping.protection.none();
}

}  // namespace

std::optional<Range> native_image_heap(const Smaps& smaps) {
    const auto& mappings = smaps.mappings;
    std::set<std::string_view> executed;
    for (const Mapping& mapping : mappings) {
        if (mapping.of_file() && mapping.protection.execute) executed.insert(mapping.name);
    }
    for (std::size_t i = 1; i < mappings.size(); ++i) {
        const std::string_view name = mappings[i].name;
        const bool begins = mappings[i].of_file() && executed.contains(name) &&
                            reservation(mappings[i - 1]) &&
                            mappings[i - 1].range.end == mappings[i].range.begin && mappings[i].offset != 0;
        if (!begins) continue;
        std::size_t end = i;
        bool plain = true;
        while (end < mappings.size() && mappings[end].name == name &&
               (end == i || mappings[end].range.begin == mappings[end - 1].range.end)) {
            plain = plain && !mappings[end].protection.execute && !mappings[end].protection.shared;
            ++end;
        }
        const std::size_t heap = end;
        while (end < mappings.size() && mappings[end].private_anonymous() &&
               !mappings[end].protection.execute && mappings[end].range.begin == mappings[end - 1].range.end)
            ++end;
        if (!plain || heap == end) continue;
        const Range range{mappings[heap].range.begin, mappings[end - 1].range.end};
        if (range.size() >= least_reserved && reservation(mappings[end - 1])) return range;
    }
    return std::nullopt;
}

}  // namespace nmtx
