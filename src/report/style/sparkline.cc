#include "report/style/sparkline.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace nmtx {

std::string sparkline(const std::vector<double>& values, bool unicode) {
    static constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static constexpr std::array<std::string_view, 4> ascii{".", "-", "=", "#"};
    if (values.empty()) return {};
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const std::size_t levels = unicode ? blocks.size() : ascii.size();
    std::string out;
    for (const double value : values) {
        const double share = *most > *least ? (value - *least) / (*most - *least) : 0;
        const auto level =
            std::min(static_cast<std::size_t>(share * static_cast<double>(levels)), levels - 1);
        out += unicode ? blocks.at(level) : ascii.at(level);
    }
    return out;
}

}  // namespace nmtx
