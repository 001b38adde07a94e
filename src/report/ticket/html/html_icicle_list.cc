// The icicle, and the same figures as a nested list: for readers who do not see it, and for pages without
// scripts.
#include <fmt/format.h>

#include "report/style/style.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_list_name = 60;  // columns

// The last column is the share of RSS; in a comparison the change, which may not be known.
std::string item_figures(const IcicleNode& node, const IcicleNode& root) {
    std::string share = root.before ? "" : percent(node.bytes, root.bytes) + " %";
    if (node.before) share = html_change(difference(node.bytes, *node.before));
    return fmt::format(
        "<span class=\"who\">{}{}</span><span class=\"size\">{} MiB</span><span class=\"share\">{}</span>",
        html_name(node.name, false, most_list_name),
        node.remark.empty() ? ""
                            : fmt::format(" <small>{}</small>", html_name(node.remark, true, most_list_name)),
        html_text(in_mib(node.bytes)), html_text(share));
}

// The owners are open, what is below them is closed.
void add_item(std::string& out, const IcicleNode& node, const IcicleNode& root, std::size_t depth) {
    if (node.children.empty()) {
        out += fmt::format("<li><div>{}</div></li>\n", item_figures(node, root));
        return;
    }
    out += fmt::format("<li><details{}><summary>{}</summary>\n<ul>\n", depth == 0 ? " open" : "",
                       item_figures(node, root));
    for (const IcicleNode& child : node.children) add_item(out, child, root, depth + 1);
    out += "</ul>\n</details></li>\n";
}

}  // namespace

std::string html_icicle(const IcicleNode& icicle) {
    constexpr std::string_view caption =
        "RSS, its owners, and what each consists of: libraries, classes, block sizes, files. Each row splits "
        "the one above it; click a part to zoom. The address of the page then links to what is shown.";
    constexpr std::string_view change_caption =
        "RSS of the later snapshot. Parts that grew or shrank are coloured, strongly where the change is "
        "large for the part; the strip at the foot shows how much of the part it is. What is gone is in the "
        "tables only. Click a part to zoom.";
    std::string list;
    add_item(list, icicle, icicle, 0);
    return fmt::format(
        "<figure class=\"chart\" id=\"chart-icicle\">\n<div class=\"canvas icicle\" data-chart=\"icicle\"></div>\n"
        "<figcaption>{}</figcaption>\n<details class=\"as-table\" open>\n<summary>Show as a list</summary>\n<ul "
        "class=\"tree\">\n{}</ul>\n</details>\n</figure>\n",
        icicle.before ? change_caption : caption, list);
}

}  // namespace nmtx
