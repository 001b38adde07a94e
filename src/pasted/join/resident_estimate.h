// Where a text has mappings but not what each has resident (maps, the "Dynamic libraries:" of an hs_err log),
// this shares out the RSS that the log prints for the whole process, by what the JVM says of its areas. All
// of it is an estimate, and is marked so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hotspot/hs_err/hs_err.h"
#include "process/process_view.h"

namespace nmtx {

// Puts rss into each mapping of view.smaps, whose RSS is not known; rss_known and rss_estimated are set.
// Gives notes on how it was made, and what it is worth. `memory`: what the log says of the process; null
// where there is none. Nothing, and no change, where the text does not say what is resident of the whole:
// then there is no ground for an estimate.
std::optional<std::vector<std::string>> estimate_resident(ProcessView& view,
                                                          const HsErrProcessMemory* memory);

}  // namespace nmtx
