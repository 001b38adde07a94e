#include "redaction/arguments.h"

#include <algorithm>

#include "hotspot/identity.h"

namespace nmtx {
namespace {

bool is_flag_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

bool is_flag(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_flag_byte);
}

// "2147483648", "2g", "0.5"
bool is_figure(std::string_view text) {
    if (!text.empty() && std::string_view("bBkKmMgGtT").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos &&
           std::count(text.begin(), text.end(), '.') <= 1;
}

// What stands before `sign` is the JVM's own and stays; behind it stands a value.
std::string redact_value(NameRedactor& names, std::string_view argument, char sign) {
    const std::size_t at = argument.find(sign);
    const std::string_view flag = argument.substr(0, at);
    if (!is_flag(flag)) return names.redact(argument);
    if (at == std::string_view::npos) return std::string(flag);
    const std::string_view value = argument.substr(at + 1);
    return std::string(flag) + sign + (is_figure(value) ? std::string(value) : names.redact(value));
}

}  // namespace

std::string redact_argument(NameRedactor& names, std::string_view argument) {
    constexpr std::string_view extra = "-XX:";
    if (argument.starts_with(extra))
        return std::string(extra) + redact_value(names, argument.substr(extra.size()), '=');
    if (argument.starts_with("-D")) return "-D" + names.redact(argument.substr(2));
    if (argument.starts_with("-X")) return "-X" + redact_value(names, argument.substr(2), ':');
    return names.redact(argument);
}

std::string redact_cmdline(NameRedactor& names, std::string_view cmdline) {
    std::string out;
    while (!cmdline.empty()) {
        const std::size_t end = std::min(cmdline.find('\0'), cmdline.size());
        out += redact_argument(names, cmdline.substr(0, end));
        if (end < cmdline.size()) out += '\0';
        cmdline.remove_prefix(std::min(end + 1, cmdline.size()));
    }
    return out;
}

std::string redact_joined_options(NameRedactor& names, std::string_view line) {
    std::string out;
    for (const std::string_view option : split_joined_options(line)) {
        if (!out.empty()) out += ' ';
        out += redact_argument(names, option);
    }
    return out;
}

}  // namespace nmtx
