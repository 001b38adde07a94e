#include "ledger/partition/untracked_owners.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"

namespace nmtx {

std::vector<UntrackedOwner> untracked_by_owner(const MallocWalk& walk) {
    std::vector<UntrackedOwner> owners;
    UntrackedOwner unknown;
    const UntrackedOwner* most = nullptr;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (!entry.owner.empty()) {
            owners.push_back(entry);
            continue;
        }
        unknown.chunks += entry.chunks;
        if (entry.block != Bytes() && (most == nullptr || entry.chunks.resident > most->chunks.resident))
            most = &entry;
    }
    if (unknown.chunks != ChunkSum{}) {
        if (most != nullptr && most->chunks.resident.value() >= unknown.chunks.resident.value() / 2)
            unknown.kind = fmt::format("mostly {} B", grouped(most->block.value()));
        owners.push_back(std::move(unknown));
    }
    std::stable_sort(owners.begin(), owners.end(), [](const UntrackedOwner& a, const UntrackedOwner& b) {
        return a.chunks.resident > b.chunks.resident;
    });
    return owners;
}

}  // namespace nmtx
