#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/values.h"

namespace nmtx {
namespace {

constexpr std::array subcommands{std::string_view{"baseline"}, std::string_view{"summary"},
                                 std::string_view{"detail"}, std::string_view{"summary.diff"},
                                 std::string_view{"detail.diff"}};
constexpr std::string_view hint =
    "nmtx nmt PID baseline|summary|detail|summary.diff|detail.diff [scale=b|KB|MB|GB]";

bool is_scale(std::string_view word) {
    if (!word.starts_with("scale=")) return false;
    std::string unit;
    for (const char c : word.substr(6)) unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    constexpr std::array known{std::string_view{"b"}, std::string_view{"k"},  std::string_view{"kb"},
                               std::string_view{"m"}, std::string_view{"mb"}, std::string_view{"g"},
                               std::string_view{"gb"}};
    return std::find(known.begin(), known.end(), unit) != known.end();
}

}  // namespace

Expected<std::string> parse_nmt_request(const std::vector<std::string>& words) {
    std::string subcommand = words.empty() ? "" : words.front();
    if (subcommand == "shutdown")
        return failure("", "nmtx never sends `shutdown`: it turns NMT off until the JVM is restarted",
                       std::string(hint));
    if (std::find(subcommands.begin(), subcommands.end(), subcommand) == subcommands.end())
        return failure("", fmt::format("'{}' is not a command that nmtx passes to NMT", subcommand),
                       std::string(hint));
    if (words.size() == 1) return subcommand;
    if (subcommand == "baseline") return failure("", "`baseline` takes no scale", std::string(hint));
    if (words.size() > 2 || !is_scale(words[1]))
        return failure("", fmt::format("'{}' is not a scale", words[1]), std::string(hint));
    return subcommand + " " + words[1];
}

}  // namespace nmtx
