// The rules by name, one a file; for rules.cc and the tests.
#pragma once

#include "findings/rules.h"

namespace nmtx::rule {

std::vector<Finding> arena_count(const FindingInput& input);
std::vector<Finding> compiler(const FindingInput& input);
std::vector<Finding> direct_buffers(const FindingInput& input);
std::vector<Finding> jni_malloc(const FindingInput& input);
std::vector<Finding> known_bug(const FindingInput& input);
std::vector<Finding> metaspace(const FindingInput& input);
std::vector<Finding> other_allocator(const FindingInput& input);
std::vector<Finding> retention(const FindingInput& input);
std::vector<Finding> untouched_commit(const FindingInput& input);
std::vector<Finding> zlib(const FindingInput& input);

}  // namespace nmtx::rule
