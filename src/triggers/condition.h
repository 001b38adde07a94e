// What `--when` waits for: one condition of a process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nmtx {

enum class ConditionKind : std::uint8_t {
    usage,       // the container's memory without inactive page cache, in percent of its limit
    rss,         // resident bytes
    growth,      // of RSS or an owner, within a time
    terminated,  // the JVM has begun to shut down because of SIGTERM
    ended        // the process is gone
};
// In names of folders: "usage", "rss", "growth", "term", "end".
std::string_view word_of(ConditionKind kind);

struct Condition {
    ConditionKind kind = ConditionKind::ended;
    double percent = 0;                   // usage
    Bytes amount;                         // rss, growth
    std::string owner;                    // growth: a path of the ledger; empty: RSS
    std::chrono::milliseconds within{0};  // growth
    std::string text;                     // as it was typed: "usage 90%"
    friend bool operator==(const Condition&, const Condition&) = default;
};

}  // namespace nmtx
