// The stacks of a process: which memory of the ledger's stack rows is whose.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// One stack, from its guard to its top:
//
//   [ ---p guards ][ never touched | touched once, below the stack pointer | in use ]
//   reserved ──────────────────────────────────────────────────────────────────────
//                  range ──────────────────────────────────────────────────────────
//                                  high water ─────────────────────────────────────
//                                                                          used ───
struct ThreadStack {
    Range range;                      // readable and writable
    std::string path;                 // its owner: "jvm/thread stack", "stack/native", "stack/main thread"
    Bytes reserved;                   // with the guards below
    Bytes resident;                   // as the ledger's pieces have it
    std::optional<Bytes> high_water;  // down to the lowest resident page; HotSpot touches some 80 KiB below a
                                      // frame (stack banging)
    Bytes huge;                       // AnonHugePages of its mappings
    Bytes swap;
};

// In address order. Their resident bytes sum to the ledger's rows of stacks.
std::vector<ThreadStack> thread_stacks(const Moment& moment);
}  // namespace nmtx
