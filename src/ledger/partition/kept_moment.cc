#include "ledger/partition/kept_moment.h"

#include <utility>

#include "ledger/partition/reconcile.h"

namespace nmtx {

Expected<void> reconcile_moment(KeptMoment& kept, bool both) {
    auto ledger = reconcile(kept.view);
    if (!ledger) return tl::make_unexpected(ledger.error());
    kept.ledger = std::move(*ledger);
    if (!both || !kept.ledger.malloc.parts) return {};
    std::optional<MallocWalk> walk = std::exchange(kept.view.malloc_walk, std::nullopt);
    auto unwalked = reconcile(kept.view);
    kept.view.malloc_walk = std::move(walk);
    if (!unwalked) return tl::make_unexpected(unwalked.error());
    kept.unwalked = std::move(*unwalked);
    return {};
}

}  // namespace nmtx
