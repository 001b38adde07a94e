// How much of a capture's evidence is asked of the JVM.
#pragma once

#include <optional>
#include <string_view>

namespace nmtx {

enum class Effort {
    least,     // exact totals and the bounds that cost nothing
    standard,  // and the cheapest source of addresses that the JVM has
    most       // every source, so that they can be held against one another
};

std::optional<Effort> effort_named(std::string_view name);
std::string_view name_of(Effort effort);  // "least", "default", "most"

}  // namespace nmtx
