// Input or usage that cannot be honoured. Evidence that could not be had is not an error: it is data
// (evidence/capture.h, Missing).
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace nmtx {

struct Error {
    std::string where;  // "smaps:42", "/proc/311/smaps", "--nmt"; may be empty
    std::string what;   // what was expected and what was found
    std::string hint;   // what to type or do next; may be empty

    friend bool operator==(const Error&, const Error&) = default;
};

// "where: what; hint" on one line, without control characters.
std::string to_string(const Error& error);

template <typename T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string where, std::string what, std::string hint = {}) {
    return tl::make_unexpected(Error{std::move(where), std::move(what), std::move(hint)});
}

}  // namespace nmtx
