// Thins old samples, so that a record can run for years: all are kept for a day, after that one a minute,
// after a week one in ten minutes, after a month one an hour.
#pragma once

#include <array>
#include <cstdint>

#include "platform/record/record_database.h"

namespace nmtx {

struct ThinningTier {
    std::int64_t older_than_ms;
    std::int64_t one_in_ms;
};
inline constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
inline constexpr std::array thinning_tiers{ThinningTier{day_ms, 60'000}, ThinningTier{7 * day_ms, 600'000},
                                           ThinningTier{30 * day_ms, 3'600'000}};

// Within the transaction that adds a sample at `now_ms` of the file's time line. In each run, one sample
// stays in each span of a tier, a full one if there is one. After a long pause, thinning is spread over
// several samples.
Expected<void> thin_out(RecordDatabase& database, std::int64_t now_ms);

}  // namespace nmtx
