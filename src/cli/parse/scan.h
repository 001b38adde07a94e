// A first look at argv: which verb it is about, before anything is known of that verb's options.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nmtx {

// Options that may go without a value ("--stacks", "--malloc") get the one that this implies: the next word
// is theirs only if it is one of their words.
std::vector<std::string> with_implied_values(std::vector<std::string> arguments);

struct Scan {
    std::optional<std::string> first;  // the first word that is neither an option nor its value
    bool help = false;
    bool version = false;
};
Scan scan(const std::vector<std::string>& arguments);

}  // namespace nmtx
