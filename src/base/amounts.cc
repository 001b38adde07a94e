#include "base/amounts.h"

#include <fmt/format.h>

#include <algorithm>

namespace nmtx {
namespace {

double to_mib(Bytes bytes) {
    return static_cast<double>(bytes.value()) / 1048576.0;
}

}  // namespace

std::string decimals(double value, int digits) {
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
    return text;
}

std::string signed_decimals(double value, int digits) {
    const std::string text = decimals(value, digits);
    const bool nothing = text.find_first_not_of("0.") == std::string::npos;
    return text.starts_with('-') || nothing ? text : "+" + text;
}

std::string in_mib(Bytes bytes) {
    if (bytes == Bytes()) return "0.0";
    const double value = to_mib(bytes);
    return value < 0.05 ? "<0.1" : fmt::format("{:.1f}", value);
}

std::string in_mib(Delta delta) {
    return decimals(static_cast<double>(delta.value) / 1048576.0, 1);
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
    std::string text = delta.value < 0 ? "-" : delta.value > 0 ? "+" : "";
    return text += grouped(size);
}

}  // namespace nmtx
