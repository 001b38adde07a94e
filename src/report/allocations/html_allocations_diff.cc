// `nmtx diff A.json B.json -o FILE.html`: a flame graph of the change.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"
#include "report/allocations/allocations_diff.h"
#include "report/allocations/allocations_sentences.h"
#include "report/stacks/html_flame.h"
#include "report/ticket/html/html_page.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_changed_rows = 300;
constexpr std::string_view legend_of_changes =
    "<li><i class=\"l-grown\"></i>▲ grown</li><li><i class=\"l-shrunk\"></i>▼ shrunk</li><li><i "
    "class=\"l-same\"></i>within its interval</li><li>stronger: by half or more</li>";

json calls_data(const ChangedCalls& calls) {
    json functions = json::array(), nodes = json::array();
    std::vector<int> place(calls.functions.size(), -1);
    for (std::size_t i = 0; i < calls.nodes.size(); ++i) {
        const ChangedCall& node = calls.nodes[i];
        if (i > 0 && place[node.function] < 0) {
            place[node.function] = static_cast<int>(functions.size());
            functions.push_back(flame_function(calls.functions[node.function]));
        }
        const AllocationChange& bytes = node.bytes;
        const double reach = bytes.change.high - bytes.change.value;
        nodes.push_back(json::array(
            {node.parent, i > 0 ? place[node.function] : -1, std::round(node.self_before + node.self_after),
             std::round(bytes.before.value), std::round(bytes.after.value),
             bytes.estimated ? json(std::round(reach)) : json(nullptr), bytes.certain() ? 1 : 0}));
    }
    return {{"functions", functions}, {"nodes", nodes}, {"changes", true}};
}

std::string changes_table(std::string_view id, const std::vector<AllocationSiteChange>& sites) {
    HtmlTable table(id, "Sites by change",
                    {{"called from", Column::name},
                     {"Java method", Column::text},
                     {"change KiB/s"},
                     {"± KiB/s"},
                     {"beyond it", Column::text},
                     {"before KiB/s"},
                     {"after KiB/s"},
                     {"samples before"},
                     {"samples after"}});
    const std::size_t shown = std::min(sites.size(), most_changed_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const AllocationSiteChange& site = sites[i];
        const AllocationChange& bytes = site.bytes;
        table.begin_row();
        table.text(site_text(site.name));
        table.text(printable(site.name.java));
        table.decimal(bytes.change.value / 1024, 1);
        table.decimal(
            bytes.estimated ? std::optional((bytes.change.high - bytes.change.value) / 1024) : std::nullopt,
            1);
        table.text(bytes.certain() ? (bytes.change.value > 0 ? "grown" : "shrunk") : "no");
        table.decimal(bytes.before.value / 1024, 1);
        table.decimal(bytes.after.value / 1024, 1);
        table.count(site.samples_before);
        table.count(site.samples_after);
    }
    return table.finish(sites.size() > shown
                            ? fmt::format("{} more sites are not in this table.", sites.size() - shown)
                            : "");
}

std::string change_header(const AllocationDiff& diff, const std::string& nmtx_version) {
    std::string out = fmt::format(
        "<header class=\"headline\">\n<p class=\"eyebrow\">Change of allocations</p>\n<h1>{}</h1>\n",
        html_text(fmt::format("Allocations of pid {} ({}) and pid {} ({})", diff.before.run.pid,
                              printable(std::string_view(diff.before.run.process).substr(0, 60)),
                              diff.after.run.pid,
                              printable(std::string_view(diff.after.run.process).substr(0, 60)))));
    out += html_paragraph(allocations_diff_sentence(diff.bytes, "Allocated"), "lead");
    if (diff.knows_live) out += html_paragraph(allocations_diff_sentence(diff.live_bytes, "Still in use"));
    return out +
           html_list({"Before: " + allocations_run_text(diff.before.run),
                      "After: " + allocations_run_text(diff.after.run)}) +
           html_list(allocations_diff_notes(diff)) +
           html_paragraph(fmt::format("Compared by nmtx {}.", nmtx_version), "when") + "</header>\n";
}

}  // namespace

std::string html_allocations_diff(const AllocationDiff& diff, const std::string& nmtx_version) {
    const ComparedBytes what = diff.knows_live ? ComparedBytes::in_use : ComparedBytes::allocated;
    const ChangedCalls calls = changed_calls(diff.before, diff.after, what, most_flame_nodes);
    HtmlDocument page;
    page.title = fmt::format("Change of allocations: {}",
                             printable(std::string_view(diff.after.run.process).substr(0, 60)));
    page.nmtx_version = nmtx_version;
    page.header = change_header(diff, nmtx_version);
    const char* const graph =
        diff.knows_live ? "Flame graph of what stays in use" : "Flame graph of what is allocated";
    page.sections = {{"live", "Sites by change of bytes still in use", "In use",
                      diff.knows_live ? changes_table("live-table", diff.live_sites) : ""},
                     {"sites", "Sites by change of bytes allocated", "Allocated",
                      changes_table("sites-table", diff.sites)},
                     {"flame", graph, "Flame graph", flame_canvas(legend_of_changes, calls.left_out)}};
    page.data = calls_data(calls);
    return flame_document(page);
}

}  // namespace nmtx
