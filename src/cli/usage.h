// Errors of usage.
#pragma once

#include <string>

#include "base/error.h"

namespace nmtx {

// Without a hint, it points to the verb's help.
inline tl::unexpected<Error> usage(std::string what, std::string hint = {}) {
    return failure("", std::move(what), std::move(hint));
}

}  // namespace nmtx
