// How malloc's memory is examined while a capture is taken.
#pragma once

#include <optional>

#include "base/address.h"
#include "base/bytes.h"

namespace nmtx {

struct MallocOptions {
    bool malloc_walk = true;            // --malloc=never: only mappings and headers
    std::optional<Bytes> malloc_limit;  // --malloc-limit: at most this many resident bytes are walked
    bool freeze = false;         // --freeze: the target's threads are stopped while its chunks are copied
    bool owners = false;         // --owners: also search for what holds the blocks that NMT does not track
    std::optional<Address> why;  // --why: the chain of pointers to this block
};

}  // namespace nmtx
