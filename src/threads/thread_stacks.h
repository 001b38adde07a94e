// The stacks of a process: which part of the ledger's stack rows belongs to which thread.
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
    Bytes resident;                   // as in the ledger's pieces
    std::optional<Bytes> high_water;  // down to the lowest resident page; HotSpot touches some 80 KiB below a
                                      // frame (stack banging)
    Bytes huge;                       // AnonHugePages of its mappings
    Bytes swap;
};

// In address order. Their resident bytes sum to the ledger's rows of stacks.
std::vector<ThreadStack> thread_stacks(const Moment& moment);
}  // namespace nmtx
