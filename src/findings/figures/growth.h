// What a record of the same process shows for one owner or figure, for rules that need to know what grows.
#pragma once

#include <initializer_list>
#include <string>

#include "base/bytes.h"
#include "change/trend.h"
#include "findings/finding.h"

namespace nmtx {

// A row of the record. Null where there is no record, or it has no such row.
const OwnerTrend* trend_of_series(const RunTrend* history, const SeriesKey& key);

// The fastest-growing of these rows that the record judges to be a leak; null where none is.
const OwnerTrend* fastest_leak(const RunTrend* history, std::initializer_list<SeriesKey> keys);

Bytes growth_per_hour(const OwnerTrend& trend);

// "In the record nmt committed/Other grew from 12.0 MiB to 40.0 MiB in 2 h 5 min, 120 samples: 13.4 MiB an
// hour."
std::string growth_sentence(const OwnerTrend& trend);

// Growth over minutes may be a cache that fills; over hours it is not.
Confidence confidence_of_growth(const OwnerTrend& trend);

}  // namespace nmtx
