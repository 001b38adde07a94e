// Reads a paste: divides it into parts, parses each, and joins those of one process.
#pragma once

#include <vector>

#include "pasted/parts/pasted.h"

namespace nmtx {

Pasted read_pasted(std::vector<PastedInput> inputs);

}  // namespace nmtx
