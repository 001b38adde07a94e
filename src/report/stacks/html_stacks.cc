// The flame graph as one HTML file that needs nothing from elsewhere, with the hottest methods, paths and
// threads as tables, and a policy by which nothing else may run or be loaded.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "profile/hottest.h"
#include "report/stacks/html_flame.h"
#include "report/stacks/stacks_report.h"
#include "report/stacks/stacks_sentences.h"
#include "report/ticket/html/html_assets.h"
#include "report/ticket/html/html_page.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t most_html_rows = 300;
constexpr std::size_t most_html_paths = 20;
constexpr std::size_t longest_flame_name = 300;

json flame_data(const Profile& profile, const FlameTree& tree) {
    json functions = json::array(), nodes = json::array();
    // Only what a node shows: by its number in the profile, and in the page.
    std::vector<int> place(profile.functions.size(), -1);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const FlameNode& node = tree.nodes[i];
        if (i > 0 && place[node.function] < 0) {
            place[node.function] = static_cast<int>(functions.size());
            functions.push_back(flame_function(profile.functions[node.function]));
        }
        nodes.push_back(json::array(
            {node.parent, i > 0 ? place[node.function] : -1, node.self_weight_ns, node.self_samples}));
    }
    return {{"functions", functions}, {"nodes", nodes}, {"unit", weight_unit(profile.run.mode)}};
}

std::string methods_table(const Profile& profile) {
    const std::vector<FunctionSum> sums = hottest_functions(profile);
    const auto whole = static_cast<double>(std::max<std::uint64_t>(1, profile.weight_ns()));
    const std::string self = fmt::format("self {}", weight_unit(profile.run.mode));
    HtmlTable table("methods-table", "Hottest methods",
                    {{"method", Column::name},
                     {"file", Column::text},
                     {"kind", Column::text},
                     {"self %"},
                     {"total %"},
                     {self},
                     {"samples"}},
                    3);
    const std::size_t shown = std::min(sums.size(), most_html_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const FunctionSum& sum = sums[i];
        const ProfiledFunction& function = profile.functions[sum.function];
        table.begin_row();
        table.text(function_text(function));
        table.text(function_place(function));
        table.text(name_of(function.kind));
        table.decimal(100 * static_cast<double>(sum.self_weight_ns) / whole, 1);
        table.decimal(100 * static_cast<double>(sum.total_weight_ns) / whole, 1);
        table.decimal(weight_number(profile, sum.self_weight_ns), weight_decimals(profile.run.mode));
        table.count(sum.self_samples);
    }
    return table.finish(sums.size() > shown
                            ? fmt::format("{} more methods are not in this table.", sums.size() - shown)
                            : "");
}

std::string threads_table(const Profile& profile) {
    const std::vector<std::uint32_t> order = hottest_threads(profile);
    const auto whole = static_cast<double>(std::max<std::uint64_t>(1, profile.weight_ns()));
    HtmlTable table("threads-table", "Threads",
                    {{"thread", Column::name},
                     {"tid", Column::text},
                     {"%"},
                     {weight_unit(profile.run.mode)},
                     {"samples"}},
                    2);
    const std::size_t shown = std::min(order.size(), most_html_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const ProfiledThread& thread = profile.threads[order[i]];
        table.begin_row();
        table.text(thread.name);
        table.text(std::to_string(thread.tid));
        table.decimal(100 * static_cast<double>(thread.weight_ns) / whole, 1);
        table.decimal(weight_number(profile, thread.weight_ns), weight_decimals(profile.run.mode));
        table.count(thread.samples);
    }
    return table.finish(order.size() > shown
                            ? fmt::format("{} more threads are not in this table.", order.size() - shown)
                            : "");
}

std::string paths_list(const Profile& profile) {
    const std::uint64_t whole = profile.weight_ns();
    std::string out;
    for (const PathSum& path : hottest_paths(profile, most_html_paths)) {
        std::string frames;
        for (auto at = path.functions.rbegin(); at != path.functions.rend(); ++at)
            frames += html_text(function_text(profile.functions[*at])) + "\n";
        std::string_view top = "[not unwound]";
        if (!path.functions.empty()) top = profile.functions[path.functions.back()].name;
        out += fmt::format("<details><summary>{} % ({} {}): {}</summary>\n<pre>{}</pre></details>\n",
                           share_text(path.weight_ns, whole), weight_text(profile, path.weight_ns),
                           weight_unit(profile.run.mode), html_name(top), frames);
    }
    return out;
}

constexpr std::string_view legend_of_kinds =
    "<li><i class=\"l-java\"></i>Java</li><li><i class=\"l-native\"></i>native (library)</li><li><i "
    "class=\"l-stub\"></i>JVM stub</li><li><i class=\"l-mark\"></i>[remark]</li>";

std::string section(std::string_view id, std::string_view heading, std::string_view body) {
    return fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 id=\"{0}-heading\">{1}</h2>\n"
        "{2}</section>\n",
        id, html_text(heading), body);
}

std::string page_head(const std::string& heading, const std::string& nmtx_version) {
    const std::string policy = fmt::format(
        "default-src 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri "
        "'none'; form-action 'none'",
        html_d3().sha256, html_flame_script().sha256, html_flame_style().sha256);
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
        "http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"nmtx {}\">\n"
        "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n",
        policy, html_text(nmtx_version), html_text(heading), html_flame_style().text);
}

}  // namespace

json flame_function(const ProfiledFunction& function) {
    return json::array({fit(function_text(function), longest_flame_name),
                        fit(function_place(function), longest_flame_name), static_cast<int>(function.kind)});
}

std::string flame_canvas(std::string_view legend, std::size_t left_out) {
    std::string out = fmt::format(
        "<div id=\"flame-tools\" class=\"part-tools\"></div>\n<ul class=\"flame-legend\">{}</ul>\n"
        "<output id=\"flame-about\" class=\"part-about\"></output>\n"
        "<div class=\"canvas flame\" data-chart=\"flame\" tabindex=\"0\" role=\"group\" aria-label=\"Flame graph: "
        "arrow keys walk, Enter zooms, Escape shows all\"></div>\n"
        "<p class=\"keys hint\">Keys: arrows walk from frame to frame, <kbd>Enter</kbd> zooms, <kbd>Esc</kbd> shows "
        "all, <kbd>/</kbd> searches.</p>\n",
        legend);
    if (left_out > 0)
        out += fmt::format(
            "<p class=\"left-out\">{} light frames are not drawn; their callers have their "
            "weight.</p>\n",
            left_out);
    return out;
}

std::string flame_document(const HtmlDocument& page) {
    std::string out = page_head(page.title, page.nmtx_version);
    out +=
        "<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n<header class=\"topbar\"><p "
        "class=\"brand\">nmtx</p><div class=\"tools\"></div></header>\n<div class=\"frame\">\n<nav "
        "aria-label=\"Sections\">\n<ul>\n";
    for (const HtmlSection& each : page.sections) {
        if (!each.body.empty())
            out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", each.id, html_text(each.short_heading));
    }
    out +=
        "</ul>\n</nav>\n<main id=\"report\" tabindex=\"-1\">\n" + page.header +
        "<noscript><p class=\"hint\">JavaScript is off, so the flame graph is not drawn. The tables have its "
        "figures.</p></noscript>\n";
    for (const HtmlSection& each : page.sections) {
        if (!each.body.empty()) out += section(each.id, each.heading, each.body);
    }
    out += fmt::format(
        "</main>\n</div>\n<footer>\n<p>This file loads nothing from elsewhere and sends nothing.</p>\n"
        "<details><summary>Licence of d3, which draws the graph</summary>\n<pre>{}</pre>\n</details>\n</footer>\n"
        "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n<script>{}</script>\n"
        "</body>\n</html>\n",
        html_d3_licence().text, html_safe_json(page.data), html_d3().text, html_flame_script().text);
    return out;
}

std::string html_flame(const Profile& profile, const FlamePage& page, const std::string& nmtx_version) {
    const FlameTree tree = flame_tree(profile, most_flame_nodes);
    HtmlDocument document;
    document.title = page.heading;
    document.nmtx_version = nmtx_version;
    document.header =
        fmt::format("<header class=\"headline\">\n<p class=\"eyebrow\">{}</p>\n<h1>{}</h1>\n",
                    html_text(page.eyebrow), html_text(page.heading)) +
        html_paragraph(page.lead, "lead") + html_list(page.notes) + html_paragraph(page.cost) +
        html_paragraph(fmt::format("Taken {} by nmtx {}.", profile.run.started_at, nmtx_version), "when") +
        "</header>\n";
    document.sections = {
        {"sites", "Sites", "Sites", page.sites_table},
        {"flame", "Flame graph", "Flame graph", flame_canvas(legend_of_kinds, tree.left_out)},
        {"methods", "Hottest methods", "Methods", methods_table(profile)},
        {"paths", "Hottest paths, innermost call first", "Paths", paths_list(profile)},
        {"threads", "Threads", "Threads", threads_table(profile)}};
    document.data = flame_data(profile, tree);
    return flame_document(document);
}

std::string html_stacks(const Profile& profile, const std::string& nmtx_version) {
    const SamplingRun& run = profile.run;
    FlamePage page;
    page.eyebrow = run.mode == ProfileMode::cpu ? "On-CPU profile" : "Wall-clock profile";
    page.heading = fmt::format("Stacks of pid {} ({})", run.pid, fit(printable(run.process), 60));
    page.lead = sampling_sentence(profile);
    page.notes = sampling_notes(profile);
    page.cost = sampling_cost(profile);
    return html_flame(profile, page, nmtx_version);
}

}  // namespace nmtx
