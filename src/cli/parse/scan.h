// A first pass over argv: finds the verb, before its options are known.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nmtx {

// Options with an optional value ("--stacks", "--malloc") get their implied one: the next word is their
// value only if it is one of their words.
std::vector<std::string> with_implied_values(std::vector<std::string> arguments);

struct Scan {
    std::optional<std::string> first;  // the first word that is neither an option nor its value
    bool help = false;
    bool version = false;
};
Scan scan(const std::vector<std::string>& arguments);

}  // namespace nmtx
