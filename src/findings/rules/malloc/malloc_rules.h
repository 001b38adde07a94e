// The rules on malloc's used and retained memory, one per file, for rules.cc and the tests.
#pragma once

#include "findings/figures/finding_input.h"
#include "findings/finding.h"

namespace nmtx::rule {

std::vector<Finding> arena_count(const FindingInput& input);

// Where NMT is off: one block size with a large share of RSS.
std::vector<Finding> block_size(const FindingInput& input);

// Where malloc was not walked: the part of its mappings beyond NMT's malloc.
std::vector<Finding> malloc_outside(const FindingInput& input);

std::vector<Finding> jni_malloc(const FindingInput& input);
std::vector<Finding> other_allocator(const FindingInput& input);
std::vector<Finding> retention(const FindingInput& input);
std::vector<Finding> zlib(const FindingInput& input);

}  // namespace nmtx::rule
