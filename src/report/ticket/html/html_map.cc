#include "report/ticket/html/html_map.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// A strip that still grows. Of its owners the sums are kept, so that joining strips in any order names the
// same one.
struct Growing {
    MapStrip strip;
    std::map<std::string, std::pair<Bytes, Bytes>, std::less<>> owners;  // resident, mapped
};

Growing strip_of(const TicketRange& range) {
    Growing made;
    made.strip.range = range.range;
    made.strip.ranges = 1;
    made.strip.mapped = range.range.size();
    made.strip.resident = range.resident;
    made.strip.estimated = range.estimated;
    made.owners[range.owner] = {range.resident, range.range.size()};
    return made;
}

void join(Growing& into, Growing&& next) {
    into.strip.range.end = next.strip.range.end;
    into.strip.ranges += next.strip.ranges;
    into.strip.mapped += next.strip.mapped;
    into.strip.resident += next.strip.resident;
    into.strip.estimated = into.strip.estimated || next.strip.estimated;
    for (const auto& [owner, sums] : next.owners) {
        into.owners[owner].first += sums.first;
        into.owners[owner].second += sums.second;
    }
}

// The address space between two strips.
Bytes gap(const Growing& a, const Growing& b) {
    return Range{a.strip.range.end, b.strip.range.begin}.size();
}

bool same_owner(const Growing& a, const Growing& b) {
    return a.owners.size() == 1 && b.owners.size() == 1 && a.owners.begin()->first == b.owners.begin()->first;
}

// One pass: neighbours that `wanted` joins. A strip takes in what follows as long as that holds.
template <typename Wanted>
std::vector<Growing> joined(std::vector<Growing> strips, Wanted wanted) {
    std::vector<Growing> out;
    for (Growing& strip : strips) {
        if (!out.empty() && wanted(out.back(), strip)) {
            join(out.back(), std::move(strip));
        } else {
            out.push_back(std::move(strip));
        }
    }
    return out;
}

// Ignores untouched pages: the name is that of the resident part, if there is one.
void name_owner(Growing& strip) {
    strip.strip.owners = strip.owners.size();
    const auto most = std::max_element(strip.owners.begin(), strip.owners.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    strip.strip.owner = most->first;
}

}  // namespace

std::vector<MapStrip> map_strips(const std::vector<TicketRange>& ranges, std::size_t most) {
    std::vector<Growing> strips;
    strips.reserve(ranges.size());
    for (const TicketRange& range : ranges) strips.push_back(strip_of(range));
    // Small ones join first: a mapping of a page beside one of a GiB is nothing that a picture shows.
    constexpr std::uint64_t page = 4096;
    strips = joined(std::move(strips), [](const Growing& a, const Growing& b) {
        return gap(a, b).value() == 0 && same_owner(a, b);
    });
    for (std::uint64_t bound = page;
         strips.size() > most && bound < std::numeric_limits<std::uint64_t>::max() / 2; bound += bound / 4) {
        strips = joined(std::move(strips), [&](const Growing& a, const Growing& b) {
            const std::uint64_t between = gap(a, b).value();
            if (between <= bound && same_owner(a, b)) return true;
            return between <= bound && (a.strip.mapped.value() <= bound || b.strip.mapped.value() <= bound);
        });
    }
    std::vector<MapStrip> out;
    out.reserve(strips.size());
    for (Growing& strip : strips) {
        name_owner(strip);
        out.push_back(std::move(strip.strip));
    }
    return out;
}

std::string_view family_of(std::string_view owner) {
    constexpr std::pair<std::string_view, std::string_view> families[] = {
        {owner_path::jvm, "jvm"},
        {owner_path::nmt_tracked, "malloc-jvm"},
        {owner_path::freed, "free"},
        {owner_path::malloc, "malloc"},
        {owner_path::file, "file"},
        {owner_path::stack, "stack"},
        {owner_path::kernel, "named"},
        {owner_path::named, "named"},
        {owner_path::unexplained, "unexplained"},
    };
    if (owner.empty()) return "empty";
    for (const auto& [prefix, family] : families) {
        if (is_below(owner, prefix)) return family;
    }
    return "named";
}

std::string_view family_of_share(std::string_view share, std::string_view part) {
    const auto names = [&](std::string_view word) { return share.find(word) != std::string_view::npos; };
    if (share.starts_with("JVM") || share == "native image")
        return part.starts_with("malloc") ? "malloc-jvm" : "jvm";
    if (names("malloc")) return part.starts_with("freed") ? "free" : "malloc";
    if (names("files")) return "file";
    if (names("stacks")) return "stack";
    return names("unexplained") ? "unexplained" : "named";
}

}  // namespace nmtx
