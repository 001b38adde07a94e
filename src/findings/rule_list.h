// The rules by name, one a file; for rules.cc and the tests.
#pragma once

#include "findings/rules.h"

namespace nmtx::rule {

std::vector<Finding> jni_malloc(const FindingInput& input);
std::vector<Finding> retention(const FindingInput& input);

}  // namespace nmtx::rule
