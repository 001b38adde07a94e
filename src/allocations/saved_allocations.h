// The samples of a run in its JSON document (docs/reference/json.md, `profile`), from which all that the
// document says can be computed again: `nmtx diff` reads two of them.
#pragma once

#include <string>
#include <string_view>

#include "allocations/allocation_profile.h"
#include "base/error.h"

namespace nmtx {

// One line of JSON. Threads and lines of code are not kept.
std::string format_samples(const AllocationProfile& profile);

// By its begin: is it worth while to parse it?
bool looks_like_allocations(std::string_view text);
// The whole document.
Expected<AllocationProfile> parse_allocations(std::string_view text, const std::string& document);

}  // namespace nmtx
