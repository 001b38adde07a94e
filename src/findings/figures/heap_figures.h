// The Java heap's figures from the documents that have them: NMT, GC.heap_info, hsperfdata, VM.flags, smaps.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

struct HeapFigures {
    Bytes resident;                      // each page once
    std::optional<Bytes> committed;      // NMT, else GC.heap_info
    std::optional<Bytes> used;           // GC.heap_info: live objects and garbage now
    std::optional<Bytes> used_after_gc;  // hsperfdata: after the last collection
    std::optional<std::uint64_t> collections;
    std::optional<double> since_last_gc_s;
    std::optional<Bytes> initial, most;  // -Xms and -Xmx, given or chosen
    std::optional<Bytes> least;          // the size below which the collector gives nothing back
};

HeapFigures heap_figures(const Moment& moment);

}  // namespace nmtx
