// A flame graph with its tables as one HTML file that needs nothing from elsewhere: of `nmtx stacks` and of
// `nmtx allocs`.
#pragma once

#include <string>
#include <vector>

#include "profile/profile.h"

namespace nmtx {

// What is above the graph: plain sentences, except for the table, which is HTML.
struct FlamePage {
    std::string eyebrow, heading, lead, cost;
    std::vector<std::string> notes;
    std::string sites_table;  // empty: there is no such section
};
std::string html_flame(const Profile& profile, const FlamePage& page, const std::string& nmtx_version);

}  // namespace nmtx
