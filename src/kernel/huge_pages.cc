#include "kernel/huge_pages.h"

#include <array>
#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"

namespace nmtx {

std::string_view name_of(ThpMode mode) {
    constexpr std::array names{"always", "madvise", "never"};
    return names[static_cast<std::size_t>(mode)];
}

// always [madvise] never
Expected<ThpMode> parse_thp_mode(std::string_view text, std::string_view document) {
    Cursor cursor(text.substr(0, text.find('\n')));
    if (cursor.until("[")) {
        cursor.take("[");
        const auto word = cursor.until("]");
        for (const ThpMode mode : {ThpMode::always, ThpMode::madvise, ThpMode::never}) {
            if (word == name_of(mode)) return mode;
        }
    }
    return failure(std::string(document),
                   mismatch("\"always [madvise] never\"", text.substr(0, text.find('\n'))));
}

}  // namespace nmtx
