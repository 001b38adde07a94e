#include "report/ticket/html/html_document.h"

#include <fmt/format.h>

#include "report/ticket/html/html_assets.h"
#include "report/ticket/html/html_page.h"

namespace nmtx {
namespace {

std::string navigation(const std::vector<HtmlSection>& sections) {
    std::string out = "<nav aria-label=\"Sections\">\n<ul>\n";
    for (const HtmlSection& section : sections)
        out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, html_text(section.short_heading));
    return out + "</ul>\n</nav>\n";
}

// Hashes of what may run: with them not even an element that a hostile name might smuggle in would.
std::string policy() {
    return fmt::format(
        "default-src 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'sha256-{}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        html_d3().sha256, html_script().sha256, html_style().sha256);
}

std::string head(const HtmlDocument& page) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
        "content=\"no-referrer\">\n"
        "<meta name=\"generator\" content=\"nmtx {}\">\n<title>{}</title>\n"
        "<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n",
        policy(), html_text(page.nmtx_version), html_name(page.title), html_style().text);
}

std::string about_this_file() {
    return fmt::format(
        "<footer>\n<p>This file loads nothing from elsewhere and sends "
        "nothing.</p>\n<details><summary>Licence of d3, which draws the "
        "charts</summary>\n<pre>{}</pre>\n</details>\n</footer>\n",
        html_d3_licence().text);
}

}  // namespace

std::string html_safe_json(const nlohmann::ordered_json& data) {
    const std::string text = data.dump();
    std::string safe;
    safe.reserve(text.size());
    // "<" occurs in strings only; without it nothing in them can end the element that holds them.
    for (const char c : text) c == '<' ? safe += "\\u003c" : safe += c;
    return safe;
}

std::string html_headline_figure(std::string_view name, std::string_view value, std::string_view below,
                                 std::string_view family) {
    return fmt::format("<div class=\"figure f-{}\"><dt>{}</dt><dd>{}</dd><dd class=\"below\">{}</dd></div>\n",
                       family, html_text(name), html_text(value), html_text(below));
}

std::string_view html_behind_target(std::string_view line) {
    constexpr std::string_view target = "Target · ";
    if (line.starts_with(target)) line.remove_prefix(target.size());
    return line.substr(0, line.find('\n'));
}

std::string html_application(std::string_view name) {
    if (name.empty()) return "a process";
    return fmt::format("<strong class=\"application\">{}</strong>", html_name(name));
}

std::string html_document(HtmlDocument page) {
    std::erase_if(page.sections, [](const HtmlSection& section) { return section.body.empty(); });
    std::string out = head(page);
    out +=
        "<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n"
        "<header class=\"topbar\"><p class=\"brand\">nmtx</p><div class=\"tools\"></div></header>\n<div "
        "class=\"frame\">\n";
    out += navigation(page.sections) + "<main id=\"report\" tabindex=\"-1\">\n" + page.header;
    out +=
        "<noscript><p class=\"hint\">JavaScript is off, so the charts are not drawn. The "
        "tables have the same figures.</p></noscript>\n";
    for (const HtmlSection& section : page.sections) {
        out += fmt::format(
            "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 "
            "id=\"{0}-heading\">{1}</h2>\n{2}</section>\n",
            section.id, html_text(section.heading), section.body);
    }
    out += "</main>\n</div>\n" + about_this_file();
    return out + fmt::format(
                     "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n"
                     "<script>{}</script>\n</body>\n</html>\n",
                     html_safe_json(page.data), html_d3().text, html_script().text);
}

}  // namespace nmtx
