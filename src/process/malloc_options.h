// How malloc's memory is to be looked at while a capture is taken.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace nmtx {

struct MallocOptions {
    bool malloc_walk = true;            // --malloc=never: mappings and headers alone
    std::optional<Bytes> malloc_limit;  // --malloc-limit: resident bytes to walk at most
    bool freeze = false;  // --freeze: the target's threads are stopped while its chunks are copied
    bool owners = false;  // --owners: also look for what points at the blocks that point nowhere
};

}  // namespace nmtx
