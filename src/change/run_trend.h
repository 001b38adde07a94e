// The samples of one run reduced to a row for each series.
#pragma once

#include <vector>

#include "change/trend.h"

namespace nmtx {

using Samples = std::vector<const Sample*>;  // ascending in time, none of them null

RunTrend run_trend_of(const RecordedRun& run, Samples samples, const TrendOptions& options);

}  // namespace nmtx
