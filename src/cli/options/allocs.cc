// Sampled allocations.
#include <charconv>
#include <string_view>
#include <system_error>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"

namespace nmtx::option {
namespace {

constexpr double least_budget = 0.1, most_budget = 50;  // percent

// "2%", "0.5"
Expected<void> take_budget(const std::string& text, Command& command) {
    std::string_view digits(text);
    if (digits.ends_with('%')) digits.remove_suffix(1);
    double percent = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    const bool read = error == std::errc{} && end == digits.data() + digits.size();
    if (!read || !(percent >= least_budget && percent <= most_budget))
        return wrong_value("budget", "a share of one core from 0.1% to 50%", text);
    command.allocs.budget = percent / 100;
    return {};
}

Expected<void> take_live(const std::string& /*text*/, Command& command) {
    command.allocs.live = true;
    return {};
}

Expected<void> take_free(const std::string& /*text*/, Command& command) {
    command.allocs.frees = true;
    return {};
}

}  // namespace

std::vector<OptionEntry> allocs() {
    return {
        {.name = "budget",
         .value = "PERCENT",
         .text = "CPU the target may spend, of one core (default: 2%)",
         .take = take_budget},
        {.name = "live", .text = "by what stays in use, for leaks", .take = take_live},
        {.name = "free", .text = "how long blocks live, by probes in free", .take = take_free},
    };
}

}  // namespace nmtx::option
