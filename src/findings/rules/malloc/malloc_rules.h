// The rules on what malloc holds and keeps, one a file, for rules.cc and the tests.
#pragma once

#include "findings/figures/finding_input.h"
#include "findings/finding.h"

namespace nmtx::rule {

std::vector<Finding> arena_count(const FindingInput& input);

// Where NMT is off: one size of block that holds a large share of RSS.
std::vector<Finding> block_size(const FindingInput& input);

// Where malloc was not walked: what its mappings hold beyond all that NMT counts.
std::vector<Finding> malloc_outside(const FindingInput& input);

std::vector<Finding> jni_malloc(const FindingInput& input);
std::vector<Finding> other_allocator(const FindingInput& input);
std::vector<Finding> retention(const FindingInput& input);
std::vector<Finding> zlib(const FindingInput& input);

}  // namespace nmtx::rule
