// What holds of every walk, whatever the target's memory says.
#pragma once

#include "allocator/forged_heap.h"
#include "allocator/walk_malloc.h"
#include "catch.h"

namespace nmtx {

// Files without a symbol.
struct NamelessFiles : TargetFiles {
    std::vector<std::optional<FileSymbol>> symbols(const MappedFile&,
                                                   std::span<const Address> addresses) override {
        return std::vector<std::optional<FileSymbol>>(addresses.size());
    }
    std::optional<std::string> glibc_release(const MappedFile&) override { return std::nullopt; }
};

// Each resident byte of a region is in one sum; owners, sizes and categories sum to the blocks they are of.
inline void check_laws(const MallocWalk& walk) {
    Bytes regions, figures = walk.mmapped_not_walked;
    Address last;
    for (const WalkedRegion& region : walk.regions) {
        CHECK(last <= region.range.begin);
        last = region.range.end;
        regions += region.resident;
    }
    ChunkSum tracked = walk.mmapped_tracked, untracked = walk.mmapped_untracked;
    figures += tracked.resident;
    figures += untracked.resident;
    for (const ArenaFigures& arena : walk.arenas) {
        const ChunkSum all = (arena.live() += arena.free()) += arena.overhead;
        CHECK(all.resident + arena.not_walked == arena.resident);
        figures += arena.resident;
        tracked += arena.tracked;
        untracked += arena.untracked;
    }
    CHECK(regions == figures);
    ChunkSum owners, sizes, categories;
    for (const UntrackedOwner& owner : walk.untracked) owners += owner.chunks;
    for (const SizeClass& size : walk.sizes) sizes += size.chunks;
    for (const TrackedCategory& category : walk.tracked) categories += category.chunks;
    CHECK(owners == untracked);
    CHECK(sizes == untracked);
    CHECK(categories == tracked);
    CHECK(walk.notes.size() <= 32);
}

// The walk over a forged heap, its laws checked.
inline MallocWalk walk_forged(MallocRequest request, PageMemory& memory) {
    NamelessFiles files;
    request.owners = true;
    MallocWalk walk = walk_malloc(request, memory, files);
    check_laws(walk);
    return walk;
}

inline MallocWalk walk_forged(const GlibcSearch& search, PageMemory& memory) {
    MallocRequest request;
    request.search = search;
    return walk_forged(std::move(request), memory);
}

inline bool has_note(const MallocWalk& walk, std::string_view part) {
    for (const std::string& note : walk.notes) {
        if (note.find(part) != std::string::npos) return true;
    }
    return false;
}

}  // namespace nmtx
