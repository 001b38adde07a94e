#include "kernel/mappings/anonymous_ranges.h"

#include <algorithm>
#include <utility>

#include "base/lines.h"
#include "base/range_map.h"
#include "kernel/mappings/mapping_header.h"

namespace nmtx {
namespace {

// The kernel's name for shared memory that mmap gives without a file.
constexpr std::string_view shared_memory = "/dev/zero (deleted)";

}  // namespace

std::vector<Range> anonymous_ranges(std::string_view maps) {
    std::vector<Range> ranges;
    for (Lines lines(maps); lines.next();) {
        Mapping mapping;
        if (!read_mapping_header(lines.line(), mapping) || mapping.protection.none()) continue;
        if (!mapping.of_file() || mapping.name == shared_memory) ranges.push_back(mapping.range);
    }
    return joined(std::move(ranges));
}

std::uint64_t bytes_within(std::span<const Range> ranges, Range range) {
    std::uint64_t bytes = 0;
    auto at = std::partition_point(ranges.begin(), ranges.end(),
                                   [range](const Range& one) { return one.end <= range.begin; });
    for (; at != ranges.end() && at->begin < range.end; ++at) bytes += intersect(*at, range).size().value();
    return bytes;
}

std::uint64_t bytes_outside(std::span<const Range> ranges, std::span<const Range> others) {
    std::uint64_t bytes = 0;
    for (const Range& range : ranges) bytes += range.size().value() - bytes_within(others, range);
    return bytes;
}

}  // namespace nmtx
