// How much JVM memory may be claimed by layout only. A layout is weak evidence: Go, V8, WebAssembly engines
// and mimalloc reserve and commit as HotSpot does. So no more is claimed by it than the JVM itself reports,
// or than a heap of its size needs.
#pragma once

#include <optional>

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// Address space that can be read and written, in whole pages.
struct LayoutBudget {
    Bytes metaspace;                   // its nodes, without the class space
    Bytes others;                      // small areas, and the heap where its place is unknown
    Bytes tables_by_heap;              // the most that the collector's tables are, where sizes are unknown
    std::optional<Bytes> counted;      // others and tables, by NMT
    Bytes tables;                      // the most of what is claimed by a table's size
    std::optional<Bytes> class_space;  // committed; nothing where it is unknown
    bool class_space_located = false;
    std::optional<Bytes> code_committed;  // by NMT
    Bytes code_reserved;                  // from the options or the default
};

// What remains after `exact`, claims that do not need a layout.
LayoutBudget layout_budget(const ProcessView& view, const Layer<Claim>& exact, const Owners& owners);

// The parts of the claims that `above` does not cover, smallest first, as far as they fit into `budget`,
// which is reduced by them. A claim may exceed it by `drift`, because the JVM answered before the kernel
// did.
Layer<Claim> fitted(const Layer<Claim>& claims, const Layer<Claim>& above, Bytes& budget);

}  // namespace nmtx
