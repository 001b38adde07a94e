// What each mapping of a process has resident, without smaps: its maps, and PAGEMAP_SCAN over its pages.
//
// smaps walks all pages of a mapping and locks the address space meanwhile: a target that maps memory waits.
// The scan has the same result, is several times cheaper, and lets go of the lock after every 64 MiB.
#pragma once

#include <optional>
#include <string>

#include "platform/proc/process_files.h"

namespace nmtx {

// The document "kernel/resident mappings": each line of maps, and under it a line of smaps, "Rss: … kB". To
// the page what smaps says of a process that stands still. Nothing where the kernel cannot tell it this way
// (before 6.7, or huge pages that may not be RSS), and where the process ended: then smaps is to be read.
std::optional<std::string> read_resident_mappings(const ProcessFiles& process);

}  // namespace nmtx
