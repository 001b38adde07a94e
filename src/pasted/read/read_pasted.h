// What somebody pasted, read: divided into parts, each part parsed, those of one process joined.
#pragma once

#include <vector>

#include "pasted/parts/pasted.h"

namespace nmtx {

Pasted read_pasted(std::vector<PastedInput> inputs);

}  // namespace nmtx
