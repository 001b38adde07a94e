// The rules by name, one per file, for rules.cc and the tests; those on malloc are in malloc_rules.h.
#pragma once

#include "findings/rules/rules.h"

namespace nmtx::rule {

std::vector<Finding> agents(const FindingInput& input);
std::vector<Finding> code_cache(const FindingInput& input);
std::vector<Finding> compiler(const FindingInput& input);
std::vector<Finding> direct_buffers(const FindingInput& input);
std::vector<Finding> gc_overhead(const FindingInput& input);
std::vector<Finding> heap_not_returned(const FindingInput& input);
std::vector<Finding> known_bug(const FindingInput& input);
std::vector<Finding> limit_too_small(const FindingInput& input);
std::vector<Finding> mapped_files(const FindingInput& input);
std::vector<Finding> metaspace(const FindingInput& input);
std::vector<Finding> missing_evidence(const FindingInput& input);
std::vector<Finding> native_threads(const FindingInput& input);
std::vector<Finding> nmt_off(const FindingInput& input);
std::vector<Finding> not_hotspot(const FindingInput& input);
std::vector<Finding> oom_log(const FindingInput& input);
std::vector<Finding> page_cache(const FindingInput& input);
std::vector<Finding> stack_count(const FindingInput& input);
std::vector<Finding> stack_size_unit(const FindingInput& input);
std::vector<Finding> swap_hugetlb(const FindingInput& input);
std::vector<Finding> thp_stacks(const FindingInput& input);
std::vector<Finding> unexplained(const FindingInput& input);
std::vector<Finding> untouched_commit(const FindingInput& input);
std::vector<Finding> zgc_multi_map(const FindingInput& input);

}  // namespace nmtx::rule
