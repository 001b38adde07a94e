// The compressed class space by its size and place, where the JVM says how large it is but not where.
//
//   [ CDS archive ][ ---p ] [ rw-p ][ ---p ][ rw-p ][ --------------------p ]
//                           |<- committed from its start on, in pieces ->    |
//                           |<------------- reserved: 1 GiB by default ----->|
//
// Other programs reserve such sizes, too: of several such reservations it is the one behind the archive,
// where HotSpot puts it (MetaspaceShared, from 11 on), or none.
#pragma once

#include <cstddef>
#include <optional>

#include "process/process_view.h"

namespace nmtx {

// From GC.heap_info, or where that has none (25) from VM.metaspace, which may be rounded to three digits.
std::optional<MetaspaceUse> class_space_use(const ProcessView& view);

struct MappingRun {
    std::size_t first = 0, last = 0;  // mappings [first, last)
};
// `committed`: what the JVM says of it; at most 1 MiB more may be, of classes that were loaded meanwhile.
std::optional<MappingRun> class_space_by_shape(const ProcessView& view, std::optional<Bytes> committed);

}  // namespace nmtx
