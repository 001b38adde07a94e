#include "cli/options/option_values.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "cli/usage.h"
#include "cli/values.h"

namespace nmtx {

tl::unexpected<Error> wrong_value(std::string_view option, std::string_view wanted, std::string_view typed) {
    return usage(fmt::format("--{} takes {}, not '{}'", option, wanted, typed));
}

Expected<Bytes> size_of(std::string_view option, const std::string& text) {
    const auto size = parse_size(text);
    if (!size) return wrong_value(option, "a size such as 512m, 2GB or 1.5G", text);
    return *size;
}

Expected<std::chrono::milliseconds> time_of(std::string_view option, const std::string& text,
                                            std::chrono::milliseconds least, std::chrono::milliseconds most) {
    const auto time = parse_duration(text);
    if (!time) return wrong_value(option, "a time such as 500ms, 10s, 5m, 2h or 30d", text);
    if (*time < least) return usage(fmt::format("--{} {} is too short", option, text));
    if (*time > most) return usage(fmt::format("--{} {} is too long", option, text));
    return *time;
}

Expected<std::uint64_t> number_of(std::string_view option, const std::string& text, std::uint64_t least,
                                  std::uint64_t most) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    if (!number || !cursor.at_end() || *number < least || *number > most)
        return wrong_value(option, fmt::format("a number from {} to {}", least, most), text);
    return *number;
}

Expected<std::string> word_of(std::string_view option, const std::string& text) {
    if (text.empty()) return usage(fmt::format("--{} is empty", option));
    return text;
}

}  // namespace nmtx
