// Details of the selected row of `nmtx watch`.
#pragma once

#include <string>

#include "report/watch/watch_screen.h"
#include "report/watch/watch_state.h"

namespace nmtx {

// Its figures, sources and glossary entry. Empty where no row has that name.
WatchText watch_details(const WatchState& state, const WatchFigures& figures);

}  // namespace nmtx
