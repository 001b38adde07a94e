// The tables of a ticket: the ledger's rows and NMT's, without pointers into either.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "ledger/headline.h"
#include "ledger/partition/malloc_parts.h"
#include "ledger/partition/untracked_owners.h"
#include "report/parts/malloc_notes.h"
#include "report/style/style.h"
#include "report/ticket/ticket_parts.h"

namespace nmtx {
namespace {

TicketBlocks blocks_of(const UntrackedOwner& owner) {
    return {printable(owner.owner), printable(owner.kind), printable(owner.evidence), owner.block,
            owner.chunks.blocks,    owner.chunks.resident};
}

void add_walk(const MallocWalk& walk, TicketMalloc& malloc) {
    malloc.walked = true;
    for (const ArenaFigures& arena : walk.arenas) {
        malloc.arenas.push_back({arena.main ? "main arena" : fmt::format("arena {:x}", arena.state.value),
                                 arena.reserved, arena.resident, arena.tracked.resident,
                                 arena.untracked.resident, arena.free().resident, arena.overhead.resident,
                                 arena.not_walked});
    }
    std::stable_sort(malloc.arenas.begin(), malloc.arenas.end(),
                     [](const TicketArena& a, const TicketArena& b) { return a.resident > b.resident; });
    for (const UntrackedOwner& owner : untracked_by_owner(walk)) malloc.untracked.push_back(blocks_of(owner));
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.owner.empty()) malloc.unattributed.push_back(blocks_of(entry));
    }
    for (const SizeClass& size : walk.sizes)
        malloc.sizes.push_back({{}, {}, "size", size.block, size.chunks.blocks, size.chunks.resident});
}

}  // namespace

std::vector<TicketArea> ticket_areas(const Ledger& ledger) {
    std::vector<TicketArea> areas;
    for (const Area& area : areas_of(ledger)) {
        TicketArea row{printable(area.name), area.resident,  area.reserved,
                       area.committed,       area.estimated, {}};
        if (area.name == "thread stack") row.remark = fmt::format("{} stacks", area.parts.front()->pieces);
        if (!area.located) row.remark = "not located";
        if (area.name == "java heap" && ledger.mapped_again != Bytes())
            row.remark = fmt::format("{} MiB mapped again", in_mib(ledger.mapped_again));
        areas.push_back(std::move(row));
    }
    return areas;
}

std::vector<TicketCategory> ticket_categories(const Ledger& ledger) {
    std::vector<TicketCategory> categories;
    categories.reserve(ledger.categories.size());
    for (const CategoryRow& row : ledger.categories)
        categories.push_back({printable(row.name), row.reserved, row.committed, row.malloc, row.mmap_reserved,
                              row.mmap_committed, row.resident});
    std::stable_sort(
        categories.begin(), categories.end(),
        [](const TicketCategory& a, const TicketCategory& b) { return a.committed > b.committed; });
    return categories;
}

std::vector<TicketOwner> ticket_owners(const Ledger& ledger) {
    std::vector<TicketOwner> owners;
    owners.reserve(ledger.rows.size());
    for (const Row& row : ledger.rows)
        owners.push_back({printable(row.path), row.resident, row.reserved, row.committed,
                          printable(row.evidence), row.estimated, row.pieces});
    return owners;
}

std::vector<TicketFile> ticket_files(const Moment& moment) {
    std::vector<TicketFile> files;
    for (const FileUse& file : files_by_size(*moment.ledger, *moment.view, static_cast<std::size_t>(-1)))
        files.push_back({printable(file.name), file.path, file.resident, file.mappings});
    return files;
}

std::vector<TicketRange> ticket_map(const Moment& moment) {
    std::vector<TicketRange> map;
    const Piece* before = nullptr;
    for (const Piece& piece : moment.ledger->pieces) {
        const bool goes_on = before != nullptr && before->mapping == piece.mapping &&
                             before->claim.owner == piece.claim.owner &&
                             before->range.end == piece.range.begin;
        before = &piece;
        if (goes_on) {
            map.back().range.end = piece.range.end;
            map.back().resident += piece.resident;
            map.back().estimated = map.back().estimated || piece.claim.estimated;
            continue;
        }
        const Mapping& mapping = moment.view->smaps->mappings[piece.mapping];
        const bool silent = piece.claim.owner == unexplained_owner && piece.resident == Bytes();
        map.push_back({piece.range, mapping.protection.text(), printable(mapping.name),
                       silent ? std::string() : printable(moment.ledger->owners.path(piece.claim.owner)),
                       piece.resident, piece.claim.estimated});
    }
    return map;
}

std::optional<TicketMalloc> ticket_malloc(const Moment& moment) {
    if (!moment.view->malloc_walk && moment.ledger->malloc.resident == Bytes()) return std::nullopt;
    TicketMalloc malloc;
    malloc.resident = moment.ledger->malloc.resident;
    malloc.nmt = moment.ledger->malloc.nmt;
    if (moment.view->malloc_walk) {
        malloc.allocator = printable(allocator_name(*moment.view->malloc_walk));
    }
    malloc.why_not_walked = no_walk_text(*moment.view);
    if (const auto& parts = moment.ledger->malloc.parts) {
        malloc.told_apart = parts->told_apart;
        malloc.live_tracked = parts->tracked;
        malloc.live_untracked = parts->untracked;
        malloc.free = parts->free;
        malloc.overhead = parts->overhead;
        malloc.not_walked = parts->not_walked;
    }
    if (const MallocWalk* const walk = moment.view->walk()) add_walk(*walk, malloc);
    return malloc;
}

}  // namespace nmtx
