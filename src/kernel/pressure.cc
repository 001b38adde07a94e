#include "kernel/pressure.h"

#include <charconv>

#include "base/lines.h"

namespace nmtx {

std::optional<double> some_pressure(std::string_view text) {
    constexpr std::string_view begin = "some avg10=";
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        if (!line.starts_with(begin)) continue;
        double percent = 0;
        const auto read = std::from_chars(line.data() + begin.size(), line.data() + line.size(), percent);
        if (read.ec != std::errc{} || !(percent >= 0 && percent <= 100)) return std::nullopt;
        return percent;
    }
    return std::nullopt;
}

}  // namespace nmtx
