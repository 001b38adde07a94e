#include "platform/serve/web_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/lines.h"
#include "base/printable.h"
#include "platform/proc/input_file.h"

namespace nmtx {
namespace {

constexpr std::size_t most_config_bytes = 65536;
constexpr std::size_t shortest_token = 16;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// As YAML has it: a value may be in quotes.
std::string_view unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != text.back()) return text;
    return text.front() == '"' || text.front() == '\'' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

Expected<WebConfig> parse_web_config(std::string_view text, const std::string& document) {
    WebConfig config;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trimmed(lines.line());
        if (line.empty() || line.front() == '#') continue;
        const std::size_t colon = line.find(':');
        const std::string_view key = trimmed(line.substr(0, colon));
        if (colon == std::string_view::npos || key != "bearer_token_file")
            return lines.error(document, fmt::format("'{}' is not supported", printable(key)),
                               "the only key is bearer_token_file: PATH; TLS needs a proxy in front");
        config.bearer_token_file = std::string(unquoted(trimmed(line.substr(colon + 1))));
    }
    if (config.bearer_token_file.empty())
        return failure(document, "has no bearer_token_file", "add: bearer_token_file: PATH");
    return config;
}

Expected<std::string> read_token(const std::string& config_file) {
    const auto text = read_input(config_file, most_config_bytes);
    if (!text) return tl::make_unexpected(text.error());
    const auto config = parse_web_config(*text, printable(config_file));
    if (!config) return tl::make_unexpected(config.error());
    const auto content = read_input(config->bearer_token_file, most_config_bytes);
    if (!content) return tl::make_unexpected(content.error());
    std::string token(trimmed(std::string_view(*content).substr(0, content->find('\n'))));
    const bool visible = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (token.size() < shortest_token || !visible)
        return failure(printable(config->bearer_token_file),
                       fmt::format("a token has at least {} printable ASCII characters", shortest_token),
                       "make one: openssl rand -hex 32");
    return token;
}

}  // namespace nmtx
