// The assets of every HTML report, compiled in by cmake/html.cmake.
#pragma once

#include <string_view>

namespace nmtx {

struct HtmlAsset {
    std::string_view text;
    std::string_view sha256;  // base64, for the Content-Security-Policy
};

HtmlAsset html_style();        // src/report/ticket/html/page/*.css
HtmlAsset html_script();       // src/report/ticket/html/page/*.js
HtmlAsset html_flame_style();  // of both folders, what src/report/stacks needs
HtmlAsset html_flame_script();
HtmlAsset html_d3();          // d3.min.js as it was packaged
HtmlAsset html_d3_licence();  // the licence text that has to go with it

}  // namespace nmtx
