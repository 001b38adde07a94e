// How much evidence a capture asks the JVM for.
#pragma once

#include <optional>
#include <string_view>

namespace nmtx {

enum class Effort {
    least,     // exact totals, and bounds that cost nothing
    standard,  // also the cheapest source of addresses of the JVM
    most       // every source, so that they can be compared
};

std::optional<Effort> effort_named(std::string_view name);
std::string_view name_of(Effort effort);  // "least", "default", "most"

}  // namespace nmtx
