#include "ledger/partition/untracked_owners.h"

#include <fmt/format.h>

#include <algorithm>

#include "allocator/zlib_blocks.h"
#include "base/amounts.h"

namespace nmtx {
namespace {

// The most resident size among blocks without a known owner; null where no size is known.
const UntrackedOwner* largest_size_unknown(const MallocWalk& walk) {
    const UntrackedOwner* most = nullptr;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (!entry.owner.empty() || entry.block == Bytes()) continue;
        if (most == nullptr || entry.chunks.resident > most->chunks.resident) most = &entry;
    }
    return most;
}

std::optional<LargestUntracked> largest_of(const MallocWalk& walk,
                                           const std::vector<UntrackedOwner>& owners) {
    if (owners.empty()) return std::nullopt;
    LargestUntracked largest{owners.front(), owners.front()};
    if (const UntrackedOwner* const most = largest_size_unknown(walk);
        largest.group.owner.empty() && most != nullptr)
        largest.of_one_size = *most;
    return largest;
}

}  // namespace

std::vector<UntrackedOwner> untracked_by_owner(const MallocWalk& walk) {
    std::vector<UntrackedOwner> owners;
    UntrackedOwner unknown;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.owner.empty()) {
            unknown.chunks += entry.chunks;
        } else {
            owners.push_back(entry);
        }
    }
    if (unknown.chunks != ChunkSum{}) {
        const UntrackedOwner* const most = largest_size_unknown(walk);
        if (most != nullptr && most->chunks.resident.value() >= unknown.chunks.resident.value() / 2)
            unknown.kind = fmt::format("mostly {} B", grouped(most->block.value()));
        owners.push_back(std::move(unknown));
    }
    std::stable_sort(owners.begin(), owners.end(), [](const UntrackedOwner& a, const UntrackedOwner& b) {
        return a.chunks.resident > b.chunks.resident;
    });
    return owners;
}

std::optional<LargestUntracked> largest_untracked(const MallocWalk& walk) {
    return largest_of(walk, untracked_by_owner(walk));
}

std::optional<LargestUntracked> largest_without_zlib(const MallocWalk& walk) {
    std::vector<UntrackedOwner> owners = untracked_by_owner(walk);
    std::erase_if(owners, is_zlib);
    return largest_of(walk, owners);
}

}  // namespace nmtx
