// Where a text has mappings but not what each has resident (maps, the "Dynamic libraries:" of an hs_err
// log), this distributes the RSS that the log prints for the whole process, by the JVM's figures for its
// areas. All of it is marked as an estimate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hotspot/hs_err/hs_err.h"
#include "process/process_view.h"

namespace nmtx {

// Puts rss into each mapping of view.smaps, whose RSS is not known; rss_known and rss_estimated are set.
// Returns notes on how it was made and how reliable it is. `memory`: the log's figures for the process; null
// where there are none. Returns nothing and changes nothing where the text has no RSS, because then there is
// no basis for an estimate.
std::optional<std::vector<std::string>> estimate_resident(ProcessView& view,
                                                          const HsErrProcessMemory* memory);

}  // namespace nmtx
