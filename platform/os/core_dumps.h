// Copies of the target's memory must not outlive us in a core file.
#pragma once

namespace nmtx {

// Call it before the first byte of a target's memory is read. From then on to the end of the process no core
// is written, not even to a program that collects them: what was freed is still in our heap. Nobody but root
// can trace us or read our memory either. Cheap to call again.
void forbid_core_dumps();

}  // namespace nmtx
