// The sections of the HTML report, in the order of the page. Each is empty where the ticket has nothing for
// it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/ticket/html/html_document.h"
#include "report/ticket/html/html_icicle.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/ticket.h"

namespace nmtx {

// Issue trackers and mail take this much; no page is larger.
inline constexpr std::size_t most_html_bytes = 2'000'000;

// What a page has room for; all of it is cut by a quarter until the page is small enough.
struct HtmlLimits {
    std::size_t rows = 600;  // of each table, of files half of it; a sentence below sums up the rest
    std::size_t nodes = most_icicle_nodes;
    std::size_t strips = most_strips;
};

// A chart that the page's script draws; `table`: the same as a table, for readers who do not see it.
std::string html_figure(std::string_view chart, std::string_view caption, std::string_view table);
// Rows of names and values.
std::string html_facts(const std::vector<TicketFact>& facts);

std::string html_headline(const Ticket& ticket);  // html_headline.cc
// How much of RSS was located, what NMT does not track, and when this was: below the icicle.
std::string html_basis(const Ticket& ticket);     // html_headline.cc
std::string html_findings(const Ticket& ticket);  // html_findings.cc
// The icicle and its figures as a nested list (html_icicle_list.cc).
std::string html_icicle(const IcicleNode& icicle);
std::string html_waterfall(const Ticket& ticket);  // html_figures.cc, also the following
std::string html_address_space(const Ticket& ticket, const std::vector<MapStrip>& strips);
std::string html_committed(const Ticket& ticket);
std::string html_malloc(const Ticket& ticket);  // html_malloc.cc
std::string html_threads(const Ticket& ticket);
std::string html_container(const Ticket& ticket);
std::string html_trend(const Ticket& ticket);                                       // html_trend.cc
std::vector<HtmlSection> html_tables(const Ticket& ticket, std::size_t most_rows);  // html_tables.cc
std::string html_missing(const Ticket& ticket);  // html_about.cc, also the following
std::string html_environment(const Ticket& ticket);
std::string html_taken(const Ticket& ticket);
std::string html_reproduce(const Ticket& ticket);

// The script's data (html_data.cc).
nlohmann::ordered_json html_chart_data(const Ticket& ticket, const std::vector<MapStrip>& strips,
                                       const IcicleNode& icicle);

}  // namespace nmtx
