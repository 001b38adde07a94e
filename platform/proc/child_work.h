// Work on input that somebody else chose, by libraries that were not written against him, in a child process:
// if it crashes, eats memory or never ends, that is all that is lost.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

struct ChildBounds {
    std::chrono::seconds time{10};
    Bytes memory = Bytes(std::uint64_t{2} << 30U);  // of address space, beyond what the parent has already
    std::size_t output = std::size_t{16} << 20U;
};

// What `work` returned in the child. Fails, without a `where`, where the child crashed, was out of a bound,
// or could not be made.
Expected<std::string> work_in_child(const std::function<std::string()>& work, const ChildBounds& bounds = {});

}  // namespace nmtx
