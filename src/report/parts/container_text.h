// The container's lines in a text report.
#pragma once

#include <string>
#include <vector>

#include "findings/figures/container.h"
#include "report/style/style.h"

namespace nmtx {

// What is charged of the limit, what that is made of, and whether it was too much before.
std::vector<std::string> container_sentences(const ContainerUse& use);
// The same, folded.
std::string container_text(const ContainerUse& use, const TextStyle& style);

}  // namespace nmtx
