// The colours of the HTML report's charts, seen with normal sight and without red or green cones: two
// families in one chart differ by colour or by texture, and each stands out against the page.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "report/ticket/html/html_assets.h"

namespace {

using Colour = std::array<double, 3>;
using Matrix = std::array<Colour, 3>;

constexpr double least_difference = 10;  // of CIE Lab: two large areas side by side are easily distinguished

// Severity 1.0, over linear RGB. Source: Machado, Oliveira, Fernandes, "A Physiologically-based Model for
// Simulation of Color Vision Deficiency", 2009.
constexpr Matrix normal{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix protanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

// "#2c6bcb" as linear RGB.
Colour colour_of(const std::string& hex) {
    Colour colour{};
    for (std::size_t i = 0; i < 3; ++i)
        colour.at(i) = linear(std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0);
    return colour;
}

Colour product(const Matrix& matrix, const Colour& colour) {
    Colour out{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) out.at(i) += matrix.at(i).at(j) * colour.at(j);
        out.at(i) = std::min(1.0, std::max(0.0, out.at(i)));
    }
    return out;
}

double luminance(const Colour& c) {
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

// CIE Lab under D65.
Colour lab_of(const Colour& c) {
    constexpr Matrix to_xyz{{{0.4124564, 0.3575761, 0.1804375},
                             {0.2126729, 0.7151522, 0.0721750},
                             {0.0193339, 0.1191920, 0.9503041}}};
    constexpr Colour white{0.95047, 1.0, 1.08883};
    Colour f{};
    for (std::size_t i = 0; i < 3; ++i) {
        double t = 0;
        for (std::size_t j = 0; j < 3; ++j) t += to_xyz.at(i).at(j) * c.at(j);
        t /= white.at(i);
        f.at(i) = t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double difference(const Colour& a, const Colour& b) {
    const Colour x = lab_of(a), y = lab_of(b);
    return std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

double contrast(const Colour& a, const Colour& b) {
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return std::max(x, y) / std::min(x, y);
}

// The variables of a block of rules: "--f-jvm" -> "#2c6bcb".
std::map<std::string, std::string> variables_of(const std::string& block) {
    static const std::regex variable(R"(--([a-z-]+): (#[0-9a-f]{6});)");
    std::map<std::string, std::string> found;
    for (std::sregex_iterator at(block.begin(), block.end(), variable), end; at != end; ++at)
        found[(*at)[1]] = (*at)[2];
    return found;
}

std::map<std::string, std::string> textures() {
    const std::string script(nmtx::html_script().text);
    const std::size_t begin = script.find("const TEXTURES = {");
    REQUIRE(begin != std::string::npos);
    const std::string block = script.substr(begin, script.find("};", begin) - begin);
    static const std::regex entry(R"re("([a-z-]+)": "([a-z]+)")re");
    std::map<std::string, std::string> found;
    for (std::sregex_iterator at(block.begin(), block.end(), entry), end; at != end; ++at)
        found[(*at)[1]] = (*at)[2];
    return found;
}

// The light palette comes first; each dark one begins with its background.
std::vector<std::map<std::string, std::string>> palettes() {
    const std::string css(nmtx::html_style().text);
    std::vector<std::map<std::string, std::string>> found;
    for (std::size_t at = css.find("--bg: #"); at != std::string::npos; at = css.find("--bg: #", at + 1))
        found.push_back(variables_of(css.substr(at, css.find('}', at) - at)));
    return found;
}

}  // namespace

TEST_CASE("html palette: families of one chart differ by texture, or by colour for every reader") {
    const auto all = palettes();
    REQUIRE(all.size() == 3);
    const auto texture = textures();
    REQUIRE(texture.size() >= 6);
    // Drawn in one chart as neighbours: the waterfall and the address space, arenas, the container.
    const std::vector<std::string> families{"jvm",   "malloc-jvm", "malloc", "free",       "file",
                                            "stack", "named",      "rss",    "unexplained"};
    for (const auto& palette : all) {
        for (const auto& [sight, matrix] : {std::pair("normal", normal), std::pair("protanopia", protanopia),
                                            std::pair("deuteranopia", deuteranopia)}) {
            for (std::size_t i = 0; i < families.size(); ++i) {
                for (std::size_t j = i + 1; j < families.size(); ++j) {
                    const std::string &a = families[i], &b = families[j];
                    const double far = difference(product(matrix, colour_of(palette.at("f-" + a))),
                                                  product(matrix, colour_of(palette.at("f-" + b))));
                    const bool same_texture = (texture.count(a) > 0 ? texture.at(a) : "") ==
                                              (texture.count(b) > 0 ? texture.at(b) : "");
                    INFO(sight << ": " << a << " and " << b << " differ by " << far << " of Lab");
                    CHECK((!same_texture || far >= least_difference));
                }
            }
        }
    }
}

TEST_CASE("html palette: each colour stands out against the page, its texture too") {
    for (const auto& palette : palettes()) {
        const Colour ground = colour_of(palette.at("bg"));
        for (const auto& [name, hex] : palette) {
            if (name.rfind("f-", 0) != 0) continue;
            INFO(name << " " << hex);
            // WCAG 1.4.11, for graphics. The texture is drawn in the page's colour.
            CHECK(contrast(colour_of(hex), ground) >= 3);
        }
    }
}

TEST_CASE("html: nothing moves, so there is nothing to stop for readers who ask for less motion") {
    const std::string css(nmtx::html_style().text), script(nmtx::html_script().text);
    for (const char* word : {"animation", "transition", "scroll-behavior", "@keyframes"})
        CHECK(css.find(word) == std::string::npos);
    for (const char* word : {".transition(", ".animate(", "behavior: \"smooth\""})
        CHECK(script.find(word) == std::string::npos);
}

TEST_CASE("html: each texture of a bar has one for the legend") {
    const std::string css(nmtx::html_style().text), script(nmtx::html_script().text);
    for (const auto& [family, kind] : textures()) {
        INFO(family << " " << kind);
        CHECK(css.find(".t-" + kind + " {") != std::string::npos);
        CHECK(script.find("  " + kind + ": \"M") != std::string::npos);
    }
}
