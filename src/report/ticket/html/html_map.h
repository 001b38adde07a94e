// The address space as the picture has it: few enough stretches to draw, whatever a process maps.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/ticket/ticket.h"

namespace nmtx {

// Neighbours of the ticket's map that are drawn as one. Gaps lie between strips, never inside of one but for
// those that are smaller than the ranges beside them allow (`gaps`).
struct MapStrip {
    Range range;
    std::string owner;  // that most of it is resident of, else mapped; empty: nothing is resident
    std::size_t ranges = 0;
    std::size_t owners = 0;  // different ones
    Bytes mapped;
    Bytes resident;
    bool estimated = false;
};

inline constexpr std::size_t most_strips = 420;

// In address order; their mapped and resident bytes sum to those of the ranges. At most `most`.
std::vector<MapStrip> map_strips(const std::vector<TicketRange>& ranges, std::size_t most = most_strips);

// The colour of an owner, and what the legend calls it: "jvm", "malloc-jvm", "malloc", "free", "file",
// "stack", "named", "unexplained", "empty".
std::string_view family_of(std::string_view owner);
// Of a share of RSS, or of a part of it, by its name: the same families.
std::string_view family_of_share(std::string_view share, std::string_view part = {});

}  // namespace nmtx
