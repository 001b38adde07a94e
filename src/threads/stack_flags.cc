#include "threads/stack_flags.h"

#include <array>
#include <optional>

#include "base/cursor.h"

namespace nmtx {
namespace {

struct Flag {
    std::string_view prefix;
    std::string_view threads;
    std::uint64_t unit;
};
constexpr std::array flags{
    Flag{"-Xss", "Java threads", 1},
    Flag{"-ss", "Java threads", 1},
    Flag{"-XX:ThreadStackSize=", "Java threads", 1024},
    Flag{"-XX:VMThreadStackSize=", "the VM's and GC's threads", 1024},
    Flag{"-XX:CompilerThreadStackSize=", "compiler threads", 1024},
};

// "512k", "1M", "1048576": 1, 1024, 1048576 … is the factor.
struct Number {
    std::uint64_t value;
    std::uint64_t factor;
};

std::optional<Number> number_with_factor(std::string_view text) {
    Cursor cursor(text);
    const auto value = cursor.decimal();
    if (!value) return std::nullopt;
    const std::string_view suffix = cursor.rest();
    if (suffix.empty()) return Number{*value, 1};
    if (suffix.size() != 1) return std::nullopt;
    constexpr std::string_view letters = "kmgt";
    const char lower = static_cast<char>(suffix[0] | 0x20);
    const std::size_t at = letters.find(lower);
    if (at == std::string_view::npos) return std::nullopt;
    return Number{*value, std::uint64_t{1} << (10 * (at + 1))};
}

constexpr std::uint64_t most = std::uint64_t{1} << 40U;  // no JVM takes more, and nothing overflows below

}  // namespace

std::vector<StackFlag> stack_flags(const std::vector<std::string_view>& options) {
    std::vector<StackFlag> found;
    for (const std::string_view option : options) {
        for (const Flag& flag : flags) {
            if (!option.starts_with(flag.prefix)) continue;
            const auto number = number_with_factor(option.substr(flag.prefix.size()));
            if (!number || number->value == 0 || number->value > most / number->factor / flag.unit) break;
            StackFlag entry;
            entry.text = option;
            entry.threads = flag.threads;
            entry.size = Bytes(number->value * number->factor * flag.unit);
            entry.unit_slip = flag.unit > 1 && number->factor > 1;
            if (entry.unit_slip)
                entry.meant =
                    std::string(flag.prefix) + std::to_string(entry.size.value() / flag.unit / 1024);
            found.push_back(std::move(entry));
            break;
        }
    }
    return found;
}

}  // namespace nmtx
