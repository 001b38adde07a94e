// Memory in mappings that look like files.
#pragma once

#include "ledger/moment.h"

namespace nmtx {

// Memory mapped as a file that is not on a disk, without evidence of its owner. The JVM's own, such as the
// heap of ZGC, has its own owner. For existing files: pages copied on write, and pages on tmpfs.
Bytes memory_in_files(const Moment& moment);

}  // namespace nmtx
