// Parts of the script's data. For html_data.cc and the files that make them only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "report/ticket/html/html_icicle.h"
#include "report/ticket/ticket.h"

namespace nmtx {

// {"abouts": [text, …], "nodes": [[parent, name, family, bytes, remark, about, before?], …], "changes"}: the
// root first, parents before their children. `about` is the number of a text, or -1.
nlohmann::ordered_json icicle_data(const IcicleNode& icicle);  // html_data.cc

// {"from_ms", "span_s", "rss", "bands", "flat", …}, of the last run, which is the one that the ticket is
// about; null where there is no record.
nlohmann::ordered_json trend_data(const Ticket& ticket);  // html_trend.cc

// A name, cut to what a chart has room for.
std::string chart_name(std::string_view name);  // html_data.cc

}  // namespace nmtx
