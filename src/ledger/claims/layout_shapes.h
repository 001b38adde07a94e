// Shapes of mappings, shared by the claims by layout.
#pragma once

#include <vector>

#include "kernel/mappings/program_files.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

inline constexpr Bytes largest_guard = kib(64);

// Address space without access, and more than a guard.
bool is_reservation(const Mapping& mapping);

// Is all of mappings[i] taken for .bss? Where the size of .bss is known, it is already claimed, and the rest
// of the mapping belongs to something else.
bool all_bss(const ProgramFiles& programs, const std::vector<Mapping>& mappings, std::size_t i);

// False where NMT's addresses are known, and with allocators other than glibc, whose memory has the same
// layout.
bool shapes_tell(const ProcessView& view);

// "jvm/metaspace or gc"; "jvm/area unknown" where the heap's place is not known either.
OwnerId owner_of_areas(const ProcessView& view, Owners& owners);

}  // namespace nmtx
