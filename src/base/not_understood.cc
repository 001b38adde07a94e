#include "base/not_understood.h"

#include <fmt/format.h>

#include "base/printable.h"

namespace nmtx {

std::string mismatch(std::string_view expected, std::string_view line) {
    constexpr std::size_t columns = 60;
    // Cut before fit() looks at it: a damaged text may be one line of many megabytes.
    const std::string found = fit(printable(line.substr(0, 4 * columns)), columns);
    return fmt::format("expected {}, found \"{}\"", expected, found);
}

tl::unexpected<Error> nothing_understood(std::string_view document, std::string_view expected,
                                         const NotUnderstood& unread) {
    const UnreadText first = unread.empty() ? UnreadText{1, {}, false} : unread.texts().front();
    return failure(fmt::format("{}:{}", document, first.line), mismatch(expected, first.text));
}

}  // namespace nmtx
