// The walk over malloc's chunks.
#include <fmt/format.h>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"
#include "cli/values.h"

namespace nmtx::option {
namespace {

Expected<void> take_malloc(const std::string& text, Command& command) {
    if (text != "auto" && text != "never") return wrong_value("malloc", "auto or never", text);
    command.malloc.malloc_walk = text == "auto";
    return {};
}

Expected<void> take_positive_size(std::string_view option, const std::string& text,
                                  std::optional<Bytes>& into) {
    auto size = size_of(option, text);
    if (!size) return tl::make_unexpected(size.error());
    if (*size == Bytes()) return wrong_value(option, "a size above 0", text);
    into = *size;
    return {};
}

Expected<void> take_malloc_limit(const std::string& text, Command& command) {
    return take_positive_size("malloc-limit", text, command.malloc.malloc_limit);
}

Expected<void> take_peek(const std::string& text, Command& command) {
    return take_positive_size("peek", text, command.peek);
}

Expected<void> take_freeze(const std::string&, Command& command) {
    command.malloc.freeze = true;
    return {};
}

Expected<void> take_owners(const std::string&, Command& command) {
    command.malloc.owners = true;
    return {};
}

Expected<void> take_why(const std::string& text, Command& command) {
    const auto address = parse_address(text);
    if (!address) return wrong_value("why", "an address in hexadecimal", text);
    command.malloc.why = address;
    command.malloc.owners = true;
    return {};
}

}  // namespace

std::vector<OptionEntry> walking() {
    return {
        {.name = "owners",
         .text = "find what holds untracked blocks (slower)",
         .take = take_owners,
         .running_only = true},
        {.name = "why",
         .value = "ADDRESS",
         .text = "the chain of pointers to the block at ADDRESS",
         .take = take_why,
         .running_only = true},
        {.name = "peek",
         .value = "SIZE",
         .text = "show what untracked blocks of SIZE bytes contain",
         .take = take_peek,
         .running_only = true},
        {.name = "malloc",
         .value = "auto|never",
         .text = "never: do not walk malloc's chunks",
         .take = take_malloc,
         .implied = "auto",
         .running_only = true},
        {.name = "malloc-limit",
         .value = "SIZE",
         .text = "walk at most SIZE of malloc's memory",
         .take = take_malloc_limit,
         .running_only = true},
        {.name = "freeze",
         .text = "stop the JVM while malloc's chunks are copied",
         .take = take_freeze,
         .running_only = true},
    };
}

}  // namespace nmtx::option
