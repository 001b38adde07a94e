// How much of the JVM's memory can lie where only its layout shows what it is. A layout is weak evidence: Go,
// V8, engines for WebAssembly and mimalloc reserve and commit as HotSpot does. So no more is claimed by it
// than the JVM itself says, or than a heap of its size needs.
#pragma once

#include <optional>

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// Address space that can be read and written, in whole pages.
struct LayoutBudget {
    Bytes metaspace;                   // its nodes, without the class space
    Bytes others;                      // tables of the collector and the like
    std::optional<Bytes> counted;      // the same by NMT
    Bytes tables;                      // of them, what the collector itself has committed
    std::optional<Bytes> class_space;  // committed; nothing where the JVM has not said
    bool class_space_located = false;
    std::optional<Bytes> code_committed;  // by NMT
    Bytes code_reserved;                  // by the options or the default
};

// What is left when `exact`, claims that need no layout, has had its share.
LayoutBudget layout_budget(const ProcessView& view, const Layer<Claim>& exact, const Owners& owners);

// Of the claims those parts that `above` leaves, the smallest first, as far as they fit into `budget`, which
// becomes what is left. One that is too large by no more than `drift` fits: the JVM answered a moment before
// the kernel did.
Layer<Claim> fitted(const Layer<Claim>& claims, const Layer<Claim>& above, Bytes& budget);

}  // namespace nmtx
