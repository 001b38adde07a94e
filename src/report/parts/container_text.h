// The container's lines in a text report.
#pragma once

#include <string>
#include <vector>

#include "findings/figures/container.h"
#include "report/style/style.h"

namespace nmtx {

// Usage and limit, what is charged, and earlier OOM kills.
std::vector<std::string> container_sentences(const ContainerUse& use);
// The same, folded.
std::string container_text(const ContainerUse& use, const TextStyle& style);

}  // namespace nmtx
