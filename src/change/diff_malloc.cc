#include <algorithm>
#include <map>

#include "change/diff_parts.h"

namespace nmtx {
namespace {

std::map<Bytes, ChunkSum> by_size(const MallocWalk& walk) {
    std::map<Bytes, ChunkSum> sums;
    for (const SizeClass& size : walk.sizes) sums[size.block] += size.chunks;
    return sums;
}

// A walk keeps the sizes that hold most; one that has no rest has them all.
std::optional<ChunkSum> of_size(const std::map<Bytes, ChunkSum>& sums, Bytes block) {
    if (const auto it = sums.find(block); it != sums.end()) return it->second;
    return sums.contains(Bytes()) && block != Bytes() ? std::nullopt : std::optional(ChunkSum());
}

Bytes bytes_of(const std::optional<ChunkSum>& sum) {
    return sum ? sum->bytes : Bytes();
}

}  // namespace

MallocChange malloc_changes(const MallocWalk& before, const MallocWalk& after) {
    MallocChange change;
    const auto first = by_size(before), second = by_size(after);
    std::map<Bytes, ChunkSum> all = first;
    all.insert(second.begin(), second.end());
    for (const auto& [block, ignored] : all) {
        SizeChange size;
        if (block != Bytes()) size.block = block;
        size.before = of_size(first, block);
        size.after = of_size(second, block);
        change.sizes.push_back(size);
    }
    std::stable_sort(change.sizes.begin(), change.sizes.end(), [](const SizeChange& a, const SizeChange& b) {
        return difference(bytes_of(a.after), bytes_of(a.before)) >
               difference(bytes_of(b.after), bytes_of(b.before));
    });

    std::map<std::pair<std::string, std::string>, UntrackedChange> owners;
    const auto add = [&](const MallocWalk& walk, ChunkSum UntrackedChange::* moment) {
        for (const UntrackedOwner& entry : walk.untracked)
            owners[{entry.owner, entry.kind}].*moment += entry.chunks;
    };
    add(before, &UntrackedChange::before);
    add(after, &UntrackedChange::after);
    for (auto& [key, owner] : owners) {
        std::tie(owner.owner, owner.kind) = key;
        change.owners.push_back(std::move(owner));
    }
    std::stable_sort(
        change.owners.begin(), change.owners.end(), [](const UntrackedChange& a, const UntrackedChange& b) {
            return difference(a.after.bytes, a.before.bytes) > difference(b.after.bytes, b.before.bytes);
        });
    return change;
}

}  // namespace nmtx
