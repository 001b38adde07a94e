// What the texts of a paste say of a process without its mappings: RSS as one figure, the load of its
// threads.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

// Sets what is told of each snapshot. Tables (ps, top) and logs of kills
// are of many processes: a row goes to the process whose id it has.
void bring_told_figures(Pasted& pasted);

}  // namespace nmtx
