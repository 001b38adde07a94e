// Allocations in the format of pprof, beside the profiles of stacks_report.h.
#pragma once

#include <string>

#include "allocations/allocation_profile.h"
#include "base/error.h"

namespace nmtx {

// Sample types alloc_objects, alloc_space, inuse_objects, inuse_space; the default is a space, of those in
// use where `live`. Fails where zlib does.
Expected<std::string> pprof_allocations(const AllocationProfile& profile, bool live);

}  // namespace nmtx
