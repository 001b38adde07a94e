// The ledger: a partition of RSS. Each resident byte has one owner; the rows sum to the smaps total to the
// byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/owner.h"
#include "ledger/owner_paths.h"
#include "process/process_view.h"

namespace nmtx {

// A part of one mapping with one owner.
struct Piece {
    Range range;
    std::uint32_t mapping = 0;  // index into smaps.mappings
    Claim claim;
    Bytes resident;
};

// One owner. Reserved and committed are NMT's figures for the category, where this owner is all of the
// category's mmap memory.
struct Row {
    std::string path;
    Bytes resident;
    Bytes mapped;  // address space of its pieces
    std::optional<Bytes> reserved;
    std::optional<Bytes> committed;
    std::string evidence;  // its sources, joined by ", "
    bool estimated = false;
    std::size_t pieces = 0;    // with resident pages
    std::string nmt_category;  // the category of this mmap memory; empty where there is none
};

// An NMT category, with the resident part of its mmap memory.
struct CategoryRow {
    std::string name;
    Bytes reserved;  // mmap, stacks and malloc, as in NMT's summary
    Bytes committed;
    Bytes malloc;         // arenas included
    Bytes mmap_reserved;  // stacks included
    Bytes mmap_committed;
    std::optional<Bytes> resident;  // of the mmap memory; absent where its addresses are unknown
};

// RSS minus NMT's figures, which tickets quote.
struct Gap {
    std::optional<Delta> classic;  // RSS - NMT committed
    std::optional<Delta> low;      // high - all of NMT's malloc, resident or not
    // high - the resident part of NMT's malloc: as the walk found it, else at most what malloc's mappings
    // hold
    std::optional<Delta> likely;
    std::optional<Delta> high;  // RSS outside of every NMT mmap range
};

// glibc's resident memory by the malloc walk, as in the rows: the five sum to `whole`.
struct MallocParts {
    Bytes whole;              // arenas, main arena and mmapped chunks, by smaps
    bool told_apart = false;  // NMT's blocks have headers; otherwise all live blocks are in `untracked`
    Bytes tracked;            // live blocks that NMT tracks
    Bytes untracked;          // other live blocks
    Bytes free;               // freed but retained by malloc
    Bytes overhead;
    Bytes not_walked;
    Bytes moved;  // by how much the walk found more than smaps, which was read at another time
};

// malloc memory by mapping, with NMT's figure.
struct MallocUse {
    Bytes resident;                    // arenas, main arena, mmapped chunks, other allocators
    std::optional<Bytes> nmt;          // the malloc total of NMT
    std::optional<MallocParts> parts;  // where malloc was walked
    [[nodiscard]] bool measured() const { return parts && parts->told_apart; }
    // The resident part of NMT's malloc: measured where blocks were separated, else as much of NMT's count
    // as possible.
    [[nodiscard]] Bytes nmt_resident() const {
        if (measured()) return parts->tracked;
        return nmt ? std::min(*nmt, resident) : Bytes();
    }
    [[nodiscard]] Bytes outside_nmt() const { return minus_or_zero(resident, nmt_resident()); }
};

struct Ledger {
    // Defined in the source file: implicit ones would be compiled in every file that uses the struct.
    Ledger();
    Ledger(const Ledger&);
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(const Ledger&);
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    Owners owners;
    std::vector<Piece> pieces;  // in address order, covering every mapping
    std::vector<Row> rows;      // leaf owners with resident bytes or NMT figures, largest first
    std::vector<CategoryRow> categories;
    Bytes rss;           // smaps total, the sum of the rows
    Bytes mapped_again;  // part of rss: pages of the Java heap that are mapped again (ZGC before generations)
    Bytes unexplained;
    Bytes estimated;  // part of rss in mappings whose pages were not separated
    Bytes moved;  // by how much page residency and smaps differ, because they were read at different times
    std::optional<Bytes> rss_before, rss_after;
    Gap gap;
    MallocUse malloc;
    Bytes files;  // everything below file/
    Bytes jvm;    // everything below jvm/

    [[nodiscard]] Bytes rss_true() const { return minus_or_zero(rss, mapped_again); }
    [[nodiscard]] Delta drift() const {
        return rss_before && rss_after ? difference(*rss_after, *rss_before) : Delta{};
    }
    [[nodiscard]] const Piece* piece_at(Address address) const;              // null where nothing is mapped
    [[nodiscard]] const CategoryRow* category(std::string_view name) const;  // null where NMT has none
    [[nodiscard]] Bytes resident_of(std::string_view path) const;            // of one leaf
    [[nodiscard]] Bytes resident_below(std::string_view prefix) const;       // of this owner and all below it
    [[nodiscard]] Bytes resident_maybe_of(
        std::string_view area) const;  // also of rows for which may_be() holds
};

// Is it an owner of thread stacks: "jvm/thread stack", "stack/native", "stack/main thread"?
bool is_stack(std::string_view path);

}  // namespace nmtx
