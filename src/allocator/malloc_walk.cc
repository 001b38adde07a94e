#include "allocator/malloc_walk.h"

namespace nmtx {

MallocWalk::MallocWalk() = default;
MallocWalk::MallocWalk(const MallocWalk&) = default;
MallocWalk::MallocWalk(MallocWalk&&) noexcept = default;
MallocWalk& MallocWalk::operator=(const MallocWalk&) = default;
MallocWalk& MallocWalk::operator=(MallocWalk&&) noexcept = default;
MallocWalk::~MallocWalk() = default;

Bytes MallocWalk::resident() const {
    Bytes sum;
    for (const WalkedRegion& region : regions) sum += region.resident;
    return sum;
}

Bytes MallocWalk::not_walked() const {
    Bytes sum = mmapped_not_walked;
    for (const ArenaFigures& arena : arenas) sum += arena.not_walked;
    return sum;
}

ChunkSum MallocWalk::of_arenas(ChunkSum ArenaFigures::* part) const {
    ChunkSum sum;
    for (const ArenaFigures& arena : arenas) sum += arena.*part;
    return sum;
}

ChunkSum MallocWalk::live_tracked() const {
    return of_arenas(&ArenaFigures::tracked) += mmapped_tracked;
}

ChunkSum MallocWalk::live_untracked() const {
    return of_arenas(&ArenaFigures::untracked) += mmapped_untracked;
}

ChunkSum MallocWalk::free() const {
    ChunkSum sum;
    for (const ArenaFigures& arena : arenas) sum += arena.free();
    return sum;
}

}  // namespace nmtx
