// An option of the command line, described once; the verbs that take it name it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/command.h"

namespace nmtx {

// What a shell completes for its value, besides the words in `value`.
enum class Offer { nothing, files, containers, owners };

struct OptionEntry {
    std::string_view name = {};  // "attach-timeout"
    char letter = 0;             // 'o'
    // "TIME", "auto|never": words in lower case are literal values. Empty: it takes no value.
    std::string_view value = {};
    std::string_view text = {};  // what it does, in one line
    Expected<void> (*take)(const std::string& value, Command& command);
    std::string_view implied = {};  // the value if it is given without one; empty: it needs one
    Offer offer = Offer::nothing;
    bool running_only = false;  // only for a running process, not for a saved snapshot
    bool repeats = false;
    bool common = false;  // help lists it in its last lines, without its text

    // The literal words that its value may be.
    [[nodiscard]] std::vector<std::string_view> words() const;
};

}  // namespace nmtx
