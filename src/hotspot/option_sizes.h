// Memory sizes in the options of a JVM, as given, not as the JVM adjusts them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace nmtx {

struct OptionSizes {
    std::size_t options = 0;  // those that begin with -X
    // By flag name: -Xmx is MaxHeapSize. If an option is given twice, the last counts.
    std::vector<std::pair<std::string_view, Bytes>> sizes;
    std::vector<std::pair<std::string_view, std::string>> percentages;  // MaxRAMPercentage
    [[nodiscard]] std::optional<Bytes> find(std::string_view flag) const;
};
OptionSizes read_option_sizes(const std::vector<std::string_view>& options);

// "512k", "8G", "1073741824" in bytes; nothing for anything else, or if too large.
std::optional<Bytes> read_option_size(std::string_view text);

}  // namespace nmtx
