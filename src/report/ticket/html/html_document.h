// The frame of a page: its head with a policy that lets nothing else run or be loaded, the list of sections,
// the data and the scripts. The HTML ticket and `nmtx diff -o FILE.html` are such pages.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

struct HtmlSection {
    std::string id;
    std::string heading;
    std::string short_heading;  // in the list of sections
    std::string body;           // below the heading; empty: the section is left out
};

struct HtmlDocument {
    std::string title;  // of the window: text, not HTML
    std::string nmtx_version;
    std::string header;  // HTML: the headline and the verdict
    std::vector<HtmlSection> sections;
    nlohmann::ordered_json data;  // that the page's script draws
};

std::string html_document(HtmlDocument page);

// One of the figures below the headline; `family`: its colour.
std::string html_headline_figure(std::string_view name, std::string_view value, std::string_view below,
                                 std::string_view family);
// "Target · pid 3938 · …" without its first word: the page says what it is about.
std::string_view html_behind_target(std::string_view line);
// The application's name in the eyebrow; "a process" where it is unknown.
std::string html_application(std::string_view name);

// JSON that can stand in an element: without any "<".
std::string html_safe_json(const nlohmann::ordered_json& data);

}  // namespace nmtx
