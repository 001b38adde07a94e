#include "cli/command.h"

#include <algorithm>

namespace nmtx {

Command::Command() = default;
Command::Command(const Command&) = default;
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command&) = default;
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

bool Command::has(std::string_view option) const {
    return std::find(given.begin(), given.end(), option) != given.end();
}

std::string_view name_of(Format format) {
    switch (format) {
        case Format::json:
            return "json";
        case Format::csv:
            return "csv";
        case Format::markdown:
            return "markdown";
        case Format::text:
            break;
    }
    return "text";
}

}  // namespace nmtx
