// The rules on malloc memory that nothing attributes.
#pragma once

#include "findings/rules.h"

namespace nmtx::rule {

// Where NMT is off: one size of block that holds a large share of RSS.
std::vector<Finding> block_size(const FindingInput& input);

// Where malloc was not walked: what its mappings hold beyond all that NMT counts.
std::vector<Finding> malloc_outside(const FindingInput& input);

}  // namespace nmtx::rule
