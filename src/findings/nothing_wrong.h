// The finding that nothing is wrong: as much of an answer as any other. Of 60 threads in which people asked,
// 13 were no leak.
#pragma once

#include "findings/rules.h"

namespace nmtx {

// What RSS is made of, largest first, until nine tenths are told.
Finding nothing_wrong(const FindingInput& input);

}  // namespace nmtx
