// A recorded process.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "platform/record/record_sampler.h"

namespace nmtx {

// One process. Its sampler is used by one thread at a time: `busy` until the result is taken.
struct Recorded {
    std::uint64_t pid = 0;
    std::shared_ptr<Sampler> sampler;
    std::shared_ptr<const RecordedRun> run;  // null before the first sample
    Bytes rss_at_first;
    bool busy = false;
    std::uint64_t busy_since = 0;
    std::stop_source stop;
};

}  // namespace nmtx
