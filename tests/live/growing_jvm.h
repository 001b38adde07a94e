// A real JVM that grows at known rates (fixtures/targets/Growth.java), and its own accounts of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/live_jvm.h"

namespace nmtx::live {

// The slope of the target's account of `key`, in units per second, by least squares over the lines from one
// moment to another (milliseconds since 1970). Throws where there are fewer than ten.
double slope_of_accounts(const std::string& file, const std::string& key, std::int64_t from_ms,
                         std::int64_t to_ms);

// Records `pid` for a while and gives what `nmtx trend --json` says of it; `exit_code` is the trend's.
struct Recorded {
    nlohmann::json run;
    int exit_code = -1;
};
Recorded record_and_judge(const std::string& pid, const std::string& file,
                          const std::vector<std::string>& options);

// The row of an owner, of a sum or of another figure; null where there is none.
nlohmann::json row_of(const nlohmann::json& run, const std::string& owner);

}  // namespace nmtx::live
