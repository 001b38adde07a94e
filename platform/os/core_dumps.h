// Keeps copies of the target's memory out of core files.
#pragma once

namespace nmtx {

// Call it before the first byte of a target's memory is read. From then on until the end of the process no
// core is written, not even to a program that collects them, because freed copies are still in our heap.
// Also, only root can trace us or read our memory. Cheap to call again.
void forbid_core_dumps();

}  // namespace nmtx
