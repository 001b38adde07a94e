// The first screen of `nmtx threads`: what is busy, what state the others are in, and the idle ones counted.
#pragma once

#include <string>
#include <vector>

#include "report/style/style.h"
#include "threads/thread_choice.h"

namespace nmtx {

// "Busiest: C2 CompilerThread0 16 %, http-nio-8080-exec-# (12 threads) 9 %. Java states: …"
std::string busy_sentence(const std::vector<const ThreadRow*>& rows, const ThreadTable& table);
// A row for each of the busiest, one for each pool of further busy ones, and the idle ones by their pools.
// `rows` by CPU, the busiest first.
std::string busy_rows(const std::vector<const ThreadRow*>& rows, const TextStyle& style);

}  // namespace nmtx
