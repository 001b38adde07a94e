// Figures about a process in pasted texts other than its mappings: RSS as one figure, the load of its
// threads.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

// Sets these figures for each snapshot. Tables (ps, top) and logs of kills cover many processes: a row goes
// to the process with its id.
void bring_told_figures(Pasted& pasted);

}  // namespace nmtx
