// What is wrong with a command line.
#pragma once

#include <string>

#include "base/error.h"

namespace nmtx {

// Without a hint, the help of the verb at hand is named.
inline tl::unexpected<Error> usage(std::string what, std::string hint = {}) {
    return failure("", std::move(what), std::move(hint));
}

}  // namespace nmtx
