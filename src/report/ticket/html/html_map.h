// The address space for the picture: few enough strips to draw, whatever a process maps.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/ticket/ticket.h"

namespace nmtx {

// Neighbours of the ticket's map that are drawn as one. Gaps are between strips, never inside of one, except
// for small ones (`gaps`).
struct MapStrip {
    Range range;
    std::string
        owner;  // with most of its resident memory, else of its mapped memory; empty: nothing is resident
    std::size_t ranges = 0;
    std::size_t owners = 0;  // different ones
    Bytes mapped;
    Bytes resident;
    bool estimated = false;
};

inline constexpr std::size_t most_strips = 420;

// In address order; their mapped and resident bytes sum to those of the ranges. At most `most`.
std::vector<MapStrip> map_strips(const std::vector<TicketRange>& ranges, std::size_t most = most_strips);

// The colour of an owner, named as in the legend: "jvm", "malloc-jvm", "malloc", "free", "file", "stack",
// "named", "unexplained", "empty".
std::string_view family_of(std::string_view owner);
// The same for a share of RSS or a part of one, by name.
std::string_view family_of_share(std::string_view share, std::string_view part = {});

}  // namespace nmtx
