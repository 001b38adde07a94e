// A flame graph with its tables as one HTML file that needs nothing from elsewhere: of `nmtx stacks`, of
// `nmtx allocs`, and of the change between two of its runs.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "profile/profile.h"
#include "report/ticket/html/html_document.h"

namespace nmtx {

// What is above the graph: plain sentences, except for the table, which is HTML.
struct FlamePage {
    std::string eyebrow, heading, lead, cost;
    std::vector<std::string> notes;
    std::string sites_table;  // empty: there is no such section
};
std::string html_flame(const Profile& profile, const FlamePage& page, const std::string& nmtx_version);

inline constexpr std::size_t most_flame_nodes = 20000;
// [name, place, kind]
nlohmann::ordered_json flame_function(const ProfiledFunction& function);
// Where the script draws; `legend`: the items of its list, as HTML.
std::string flame_canvas(std::string_view legend, std::size_t left_out);
// The frame of such a page around its sections; its `data` are what the graph is drawn from.
std::string flame_document(const HtmlDocument& page);

}  // namespace nmtx
