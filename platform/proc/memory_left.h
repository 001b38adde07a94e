// How much memory this program may still allocate.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

// MemAvailable, or what our own memory cgroup leaves, whichever is less: inside a container a large copy
// would exhaust the target's own limit.
Expected<Bytes> memory_left();

// Fails where `wanted` does not fit into `left` with a margin for others: an eighth of it, at least 128 MiB.
Expected<void> check_room(Bytes wanted, Bytes left);

}  // namespace nmtx
