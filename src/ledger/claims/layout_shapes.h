// Shapes of mappings that the claims by layout have in common.
#pragma once

#include <vector>

#include "kernel/mappings/program_files.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

inline constexpr Bytes largest_guard = kib(64);

// Address space without access, and more than a guard.
bool is_reservation(const Mapping& mapping);

// Is all of mappings[i] taken for .bss? Where its size is known it is claimed already, and the rest of the
// mapping is another's.
bool all_bss(const ProgramFiles& programs, const std::vector<Mapping>& mappings, std::size_t i);

// Not where NMT's addresses are known; and other allocators than glibc's lay their memory out in the same
// way.
bool shapes_tell(const ProcessView& view);

// "jvm/metaspace or gc"; "jvm/area unknown" where the heap's place is not known either.
OwnerId owner_of_areas(const ProcessView& view, Owners& owners);

}  // namespace nmtx
