// What is printed, and how.
#include <fmt/format.h>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"
#include "hotspot/known_jdks.h"

namespace nmtx::option {
namespace {

Expected<void> take_format(Format format, Command& command) {
    const bool given = command.has("json") || command.has("csv") || command.has("format");
    if (given && command.format != format)
        return usage(
            fmt::format("both {} and {}: choose one format", name_of(command.format), name_of(format)));
    command.format = format;
    return {};
}

Expected<void> take_named_format(const std::string& text, Command& command) {
    for (const Format format : {Format::text, Format::json, Format::csv, Format::markdown}) {
        if (name_of(format) == text) return take_format(format, command);
    }
    return wrong_value("format", "text, json, csv or markdown", text);
}

Expected<void> take_color(const std::string& text, Command& command) {
    if (text != "auto" && text != "always" && text != "never")
        return wrong_value("color", "auto, always or never", text);
    command.color = text == "auto"     ? ColorMode::automatic
                    : text == "always" ? ColorMode::always
                                       : ColorMode::never;
    return {};
}

Expected<void> take_unit_of_sizes(const std::string& text, Command& command) {
    command.unit = size_scale_named(text);
    if (!command.unit && text != "auto") return wrong_value("unit", "b, k, m, g or auto", text);
    return {};
}

Expected<void> take_fail_on(const std::string& text, Command& command) {
    if (text != "warning" && text != "problem") return wrong_value("fail-on", "warning or problem", text);
    command.fail_on = text == "warning" ? FailOn::warning : FailOn::problem;
    return {};
}

Expected<void> take_jdk(const std::string& text, Command& command) {
    return number_of("jdk", text, oldest_jdk, newest_jdk).map([&](std::uint64_t jdk) {
        command.jdk = static_cast<int>(jdk);
    });
}

Expected<void> take_all(const std::string&, Command& command) {
    command.all = true;
    return {};
}

Expected<void> take_maps(const std::string&, Command& command) {
    command.maps = true;
    return {};
}

Expected<void> take_quiet(const std::string&, Command& command) {
    command.quiet = true;
    return {};
}

Expected<void> take_pager(const std::string&, Command& command) {
    command.pager = true;
    return {};
}

Expected<void> take_manual(const std::string&, Command& command) {
    command.manual = true;
    return {};
}

Expected<void> take_json(const std::string&, Command& command) {
    return take_format(Format::json, command);
}

Expected<void> take_csv(const std::string&, Command& command) {
    return take_format(Format::csv, command);
}

Expected<void> take_limit(const std::string& text, Command& command) {
    auto size = size_of("limit", text);
    if (!size) return tl::make_unexpected(size.error());
    if (*size == Bytes()) return wrong_value("limit", "a size above 0", text);
    command.limit = *size;
    return {};
}

}  // namespace

std::vector<OptionEntry> showing() {
    return {
        {.name = "all", .text = "show every row", .take = take_all},
        {.name = "maps", .text = "show every mapping with its owners", .take = take_maps},
        {.name = "limit",
         .value = "SIZE",
         .text = "memory limit to fit into (default: the cgroup's)",
         .take = take_limit},
        {.name = "jdk", .value = "N", .text = "only what applies to JDK N", .take = take_jdk},
        {.name = "unit",
         .value = "b|k|m|g|auto",
         .text = "sizes in bytes, KiB, MiB or GiB",
         .take = take_unit_of_sizes},
        {.name = "fail-on",
         .value = "warning|problem",
         .text = "exit 3 if the verdict is at least this bad",
         .take = take_fail_on},
        {.name = "format",
         .value = "text|json|csv|markdown",
         .text = "output format; JSON is described in docs/json.md",
         .take = take_named_format},
        {.name = "json", .text = "same as --format json", .take = take_json},
        {.name = "csv", .text = "same as --format csv", .take = take_csv},
        {.name = "quiet", .text = "show no progress", .take = take_quiet},
        {.name = "color",
         .value = "auto|always|never",
         .text = "colours; auto: on a terminal, unless NO_COLOR is set",
         .take = take_color,
         .implied = "always",
         .common = true},
        {.name = "man", .text = "print the manual page of all commands (roff)", .take = take_manual},
        {.name = "pager",
         .text = "show the output in $PAGER, on a terminal",
         .take = take_pager,
         .common = true},
    };
}

}  // namespace nmtx::option
