// Memory in mappings that look like files.
#pragma once

#include "ledger/moment.h"

namespace nmtx {

// Memory that somebody has mapped as a file: no page of it is on a disk, and no document says whose it is.
// The JVM's own, as the heap of ZGC, has an owner of its own. Of files that are there, pages copied on write
// and those on tmpfs.
Bytes memory_in_files(const Moment& moment);

}  // namespace nmtx
