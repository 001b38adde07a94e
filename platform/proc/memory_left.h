// How much memory this program may still take.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

// What the kernel can give without swapping (MemAvailable), or what the memory cgroup that we run in leaves,
// whichever is less: inside a container it is the target's own limit that a large copy would exhaust.
Expected<Bytes> memory_left();

// Fails where `wanted` does not fit into `left` with a margin for everybody else: an eighth of it, 128 MiB at
// least.
Expected<void> check_room(Bytes wanted, Bytes left);

}  // namespace nmtx
