#include "report/style.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"

namespace nmtx {
namespace {

double to_mib(Bytes bytes) {
    return static_cast<double>(bytes.value()) / 1048576.0;
}

}  // namespace

std::string in_mib(Bytes bytes) {
    if (bytes == Bytes()) return "0.0";
    const double value = to_mib(bytes);
    return value < 0.05 ? "<0.1" : fmt::format("{:.1f}", value);
}

std::string in_mib(Delta delta) {
    return fmt::format("{:.1f}", static_cast<double>(delta.value) / 1048576.0);
}

std::string percent(Bytes part, Bytes whole) {
    if (whole == Bytes()) return "";
    return fmt::format("{:.1f}",
                       100.0 * static_cast<double>(part.value()) / static_cast<double>(whole.value()));
}

std::string human(Bytes bytes) {
    const double mebibytes = to_mib(bytes);
    if (mebibytes >= 1024 * 1024) return fmt::format("{:.1f} TiB", mebibytes / 1024 / 1024);
    if (mebibytes >= 10240) return fmt::format("{:.1f} GiB", mebibytes / 1024);
    if (mebibytes >= 1) return fmt::format("{:.1f} MiB", mebibytes);
    return fmt::format("{} KiB", (bytes.value() + 1023) / 1024);
}

std::string human_seconds(double seconds) {
    if (!(seconds >= 0)) return "unknown";
    const auto s = static_cast<std::uint64_t>(std::min(seconds, 1e15));
    if (s < 120) return fmt::format("{} s", s);
    if (s < 7200) return fmt::format("{} min", s / 60);
    if (s < 172800) return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
    return fmt::format("{} days", s / 86400);
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string grouped(Delta delta) {
    const auto size =
        delta.value < 0 ? -static_cast<std::uint64_t>(delta.value) : static_cast<std::uint64_t>(delta.value);
    return (delta.value < 0 ? "-" : delta.value > 0 ? "+" : "") + grouped(size);
}

std::string padded(std::string_view text, std::size_t width) {
    const std::string cut = fit(printable(text), width);
    return cut + std::string(width - std::min(width, display_width(cut)), ' ');
}

std::string title(std::string_view text, const TextStyle& style) {
    return style.colour ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::string line(std::string_view text, const TextStyle& style) {
    std::string cut = fit(printable(text), style.width);
    cut.erase(cut.find_last_not_of(' ') + 1);
    return cut + "\n";
}

std::string paragraph(std::string_view text, const TextStyle& style, std::size_t indent) {
    const std::string clean = printable(text);
    std::string out;
    std::string current;
    std::string_view rest = clean;
    while (!rest.empty()) {
        const std::size_t at = rest.find(' ');
        const std::string_view word = rest.substr(0, at);
        rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
        const std::size_t width = display_width(current) + (current.empty() ? 0 : 1) + display_width(word);
        if (!current.empty() && width > style.width) {
            out += fit(current, style.width) + "\n";
            current = std::string(indent, ' ');
            current += word;
            continue;
        }
        if (!current.empty() && current.back() != ' ') current += ' ';
        current += word;
    }
    return out + fit(current, style.width) + "\n";
}

}  // namespace nmtx
