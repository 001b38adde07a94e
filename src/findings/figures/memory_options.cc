#include "findings/figures/memory_options.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx {

std::optional<HeapOption> heap_of_options(std::string_view options, std::optional<Bytes> limit) {
    std::optional<HeapOption> by_size, by_share;
    Cursor cursor(options);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const std::string_view word = cursor.word();
        constexpr std::string_view size = "-Xmx", share = "-XX:MaxRAMPercentage=";
        if (word.starts_with(size)) {
            if (const auto bytes = vm::scaled_size(word.substr(size.size())))
                by_size = {*bytes, std::string(word)};
        } else if (word.starts_with(share) && limit) {
            const auto percent = vm::whole_or_fraction(word.substr(share.size()));
            if (percent && *percent > 0 && *percent <= 100)
                by_share = {
                    Bytes(static_cast<std::uint64_t>(static_cast<double>(limit->value()) * *percent / 100)),
                    fmt::format("{} of the limit", word)};
        }
    }
    return by_size ? by_size : by_share;
}

}  // namespace nmtx
