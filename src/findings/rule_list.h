// The rules by name, one a file; for rules.cc and the tests.
#pragma once

#include "findings/rules.h"

namespace nmtx::rule {

std::vector<Finding> agents(const FindingInput& input);
std::vector<Finding> code_cache(const FindingInput& input);
std::vector<Finding> gc_overhead(const FindingInput& input);
std::vector<Finding> heap_not_returned(const FindingInput& input);
std::vector<Finding> jni_malloc(const FindingInput& input);
std::vector<Finding> native_threads(const FindingInput& input);
std::vector<Finding> nmt_off(const FindingInput& input);
std::vector<Finding> retention(const FindingInput& input);
std::vector<Finding> stack_count(const FindingInput& input);
std::vector<Finding> stack_size_unit(const FindingInput& input);
std::vector<Finding> thp_stacks(const FindingInput& input);
std::vector<Finding> zgc_multi_map(const FindingInput& input);

}  // namespace nmtx::rule
