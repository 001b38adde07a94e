#include "hotspot/nmt/nmt_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>

namespace nmtx::nmt {
namespace {

constexpr std::string_view cut_here = "the report is cut in this line";

std::optional<Range> take_range(Cursor& cursor) {
    if (!cursor.take("[0x")) return std::nullopt;
    const auto begin = cursor.hex();
    if (!begin || !cursor.take(" - 0x")) return std::nullopt;
    const auto end = cursor.hex();
    if (!end || !cursor.take("] ") || *end < *begin) return std::nullopt;
    return range_of(*begin, *end);
}

std::string shown(Range range) {
    return fmt::format("0x{:x}-0x{:x}", range.begin.value, range.end.value);
}

// Sorts and joins ranges that overlap; those that only touch stay apart, as the JVM printed them. True if any
// overlapped.
bool make_disjoint(std::vector<Range>& ranges) {
    const auto follows = [](Range a, Range b) { return a.end <= b.begin; };
    if (std::ranges::adjacent_find(ranges, std::not_fn(follows)) == ranges.end()) return false;
    std::ranges::sort(ranges);
    bool overlapped = false;
    std::size_t kept = 0;
    for (const Range range : ranges) {
        if (kept != 0 && range.begin < ranges[kept - 1].end) {
            ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
            overlapped = true;
        } else {
            ranges[kept++] = range;
        }
    }
    ranges.resize(kept);
    return overlapped;
}

// Takes away what lies below `from`.
void cut_below(NmtRegion& region, Address from) {
    region.range.begin = from;
    for (Range& part : region.committed) part = intersect(part, region.range);
    std::erase_if(region.committed, [](Range part) { return part.empty(); });
}

}  // namespace

bool is_map_entry(std::string_view text) {
    return text.starts_with('[') && text.substr(0, text.find(']')).find(" - ") != std::string_view::npos;
}

struct MapReader::Entry {
    Range range;
    std::string_view tag;
};

tl::expected<void, Error> MapReader::read(const Line& line) {
    const std::string_view text = trim(line.text);
    if (text.empty()) return {};
    if (is_map_entry(text)) return entry(line, text);
    if (text.starts_with('[')) return {};  // a frame
    Cursor cursor(text);
    if (cursor.take("Memory map of ")) {
        close_region();
        file_ = cursor.rest();
    } else {
        notes_.unread(line, "line not understood");
    }
    return {};
}

// [0x00000000e0000000 - 0x0000000100000000] reserved 524288KB for Java Heap from
// [0x00007f75fd800000 - 0x00007f75fd900000] reserved and committed 1024KB for Thread Stack from
// <TAB>[0x00000000e0000000 - 0x00000000e8000000] committed 131072KB from          25+: eight blanks, no TAB
// [0x0000000000000000 - 0x0000000008000000] allocated 131072KB for Java Heap from  offsets in a file
// " from" is missing where there is no call stack. Only the words tell these apart: people's pastes lose the
// indentation.
tl::expected<void, Error> MapReader::entry(const Line& line, std::string_view text) {
    Cursor cursor(text);
    const auto range = take_range(cursor);
    if (!range) {
        if (!line.cut) return notes_.malformed(line, "'[0x… - 0x…] ' with ascending addresses");
        notes_.unread(line, cut_here);
        return {};
    }
    const bool wholly = cursor.take("reserved and committed ");
    const bool reserved = wholly || cursor.take("reserved ");
    const bool allocated = !reserved && cursor.take("allocated ");
    const bool is_committed = !reserved && !allocated && cursor.take("committed ");
    if (!reserved && !allocated && !is_committed) {
        close_region();
        notes_.unread(line, line.cut ? cut_here : "line not understood");
        return {};
    }
    const auto size = take_amount(cursor);
    if (!size) {
        if (!line.cut) return notes_.malformed(line, "a size behind the addresses");
        notes_.unread(line, cut_here);
        return {};
    }
    const Bytes length = range->size();
    if (std::max(length, size->value) > std::min(length, size->value) + size->unit) {
        notes_.add(line.number, "the size does not fit the addresses, which were taken", line.text);
    }
    const bool first = report_.regions.empty() && report_.categories.empty();
    if (first && report_.reserved == Bytes()) report_.unit = size->unit;  // an excerpt without a summary
    Entry found{*range, {}};
    if (is_committed) {
        committed(line, found);
        return {};
    }
    const bool has_tag = cursor.take(" for ");
    found.tag = cursor.rest();
    const bool has_stack = found.tag.ends_with(" from");
    // A name can be cut so that another one is left ("Thread" of "Thread Stack").
    if (line.cut && !has_stack) {
        notes_.unread(line, cut_here);
        return {};
    }
    if (has_stack) found.tag.remove_suffix(5);
    found.tag = trim(found.tag);
    if (!has_tag) return notes_.malformed(line, "' for ' and a category behind the size");
    if (found.tag.empty()) return notes_.malformed(line, "a category behind ' for '");
    if (reserved) {
        region(line, found, wholly);
        return {};
    }
    close_region();
    report_.files.push_back({file_, found.range.begin.value, found.range.end.value, std::string(found.tag)});
    return {};
}

void MapReader::region(const Line& line, const Entry& found, bool wholly_committed) {
    close_region();
    if (found.range.empty()) {
        notes_.add(line.number, "an empty region was left out", line.text);
        return;
    }
    NmtRegion region{found.range, std::string(found.tag), wholly_committed, {}};
    if (wholly_committed) region.committed.push_back(found.range);
    report_.regions.push_back(std::move(region));
    region_line_ = line.number;
    open_ = true;
}

void MapReader::committed(const Line& line, const Entry& found) {
    if (!open_) {
        notes_.add(line.number, "a committed range outside any region was left out", line.text);
        return;
    }
    NmtRegion& region = report_.regions.back();
    const Range inside = intersect(found.range, region.range);
    if (inside != found.range)
        notes_.add(line.number, "a committed range reaches beyond its region; cut", line.text);
    // A wholly committed region repeats itself here where it was committed by another call stack than
    // reserved.
    if (!region.wholly_committed && !inside.empty()) region.committed.push_back(inside);
}

void MapReader::close_region() {
    if (!std::exchange(open_, false)) return;
    NmtRegion& region = report_.regions.back();
    if (make_disjoint(region.committed)) {
        notes_.add(region_line_,
                   fmt::format("committed ranges of region {} overlap; joined", shown(region.range)));
    }
}

void MapReader::finish() {
    close_region();
    std::vector<NmtRegion>& regions = report_.regions;
    const auto before = [](const NmtRegion& a, const NmtRegion& b) {
        return std::tie(a.range, a.tag) < std::tie(b.range, b.tag);
    };
    // JDK 21 and 25 print from high addresses to low ones.
    if (!std::ranges::is_sorted(regions, before)) std::ranges::sort(regions, before);
    Address taken;
    std::size_t kept = 0;
    for (NmtRegion& region : regions) {
        if (region.range.begin < taken) {
            notes_.add(0, fmt::format("region {} ({}) overlaps the one before it; what overlaps was left out",
                                      shown(region.range), quoted(region.tag)));
            if (region.range.end <= taken) continue;
            cut_below(region, taken);
        }
        taken = region.range.end;
        if (&regions[kept] != &region) regions[kept] = std::move(region);
        ++kept;
    }
    regions.resize(kept);
    if (report_.has_map && report_.unit > Bytes(1024)) {
        notes_.add(0, "in this scale the JVM leaves out ranges below half a unit: the map has holes");
    }
}

}  // namespace nmtx::nmt
