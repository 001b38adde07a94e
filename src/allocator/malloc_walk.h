// What a walk over malloc's memory found: figures alone, never contents. The document "malloc/walk.json" of a
// capture is this structure (malloc_walk_json.cc); sizes in bytes.
//
// Every resident byte of a walked region belongs to exactly one of: live (tracked by NMT or not), tcache,
// fast, binned, top, overhead, not walked. A chunk's bytes include its header of malloc's (8 bytes in an
// arena, 16 where it has a mapping of its own).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

// Chunks, their bytes, and how many of these are resident.
struct ChunkSum {
    std::uint64_t blocks = 0;
    Bytes bytes;
    Bytes resident;

    ChunkSum& operator+=(const ChunkSum& other) {
        blocks += other.blocks;
        bytes += other.bytes;
        resident += other.resident;
        return *this;
    }
    friend bool operator==(const ChunkSum&, const ChunkSum&) = default;
};

struct ArenaFigures {
    Address state;  // its malloc_state
    bool main = false;
    std::uint32_t heaps = 0;  // heaps of 64 MiB; of the main arena: contiguous regions
    Bytes system;             // what malloc_info calls system current
    Bytes reserved;           // address space of its heaps or regions
    Bytes resident;           // of its regions
    ChunkSum tracked;         // live, with a header of NMT's
    ChunkSum untracked;       // live, without
    ChunkSum tcache, fast, binned, top, overhead;
    // Resident, of `binned`: whole pages, which malloc_trim gives back. Absent in captures of earlier
    // versions.
    std::optional<Bytes> to_trim;
    Bytes not_walked;  // resident bytes in which no chunk could be found

    [[nodiscard]] ChunkSum live() const { return ChunkSum(tracked) += untracked; }
    [[nodiscard]] ChunkSum free() const { return ((ChunkSum(tcache) += fast) += binned) += top; }
    friend bool operator==(const ArenaFigures&, const ArenaFigures&) = default;
};

enum class RegionKind : std::uint8_t { main_arena, arena, mmapped_chunk };

// A range whose resident bytes the walk distributed.
struct WalkedRegion {
    Range range;
    RegionKind kind = RegionKind::arena;
    Bytes resident;  // as the walk saw it
    friend bool operator==(const WalkedRegion&, const WalkedRegion&) = default;
};

// Live blocks of one NMT category.
struct TrackedCategory {
    std::string name;  // as NMT prints it: "Internal"; "tag 31" where the table does not know it
    Bytes requested;   // as NMT counts: without the headers of NMT and of malloc
    ChunkSum chunks;
    friend bool operator==(const TrackedCategory&, const TrackedCategory&) = default;
};

// Live blocks without NMT's header that one piece of evidence joins.
// A Java class holds them, and its library follows from where native methods are.
namespace held_evidence {
inline constexpr std::string_view natives_of_class = "Java heap, natives";
inline constexpr std::string_view natives_of_package = "Java heap, package";
}  // namespace held_evidence

struct UntrackedOwner {
    std::string owner;     // "libtarget.so", "libz.so.1"; empty where only the size is known
    std::string kind;      // "SessionObj", "inflate window"; empty where unknown
    std::string evidence;  // "vtable", "data pointer", "code pointer", "load address", "pointed to by",
                           // "Java heap", the same and held_evidence, "shape", "size"; "several kinds" of
                           // small entries that were joined
    Bytes block;           // usable bytes of one block (a multiple of 16, plus 8); 0 where they differ
    ChunkSum chunks;
    friend bool operator==(const UntrackedOwner&, const UntrackedOwner&) = default;
};

// What holds the address of untracked blocks.
enum class HolderKind : std::uint8_t {
    java_field,     // a field of an object in the Java heap
    java_static,    // a static field of a class
    java_array,     // an element of a long[] or byte[]
    java_unknown,   // a word in the Java heap of which no object could be identified
    library_data,   // a variable of a library
    library_block,  // a block that shows its library itself, and that nothing points to
    jvm_block,      // a block that NMT tracks
    stack,          // a thread's stack
    other_memory,   // other writable memory: the JVM's areas, mappings of libraries
    nothing,        // no pointer was found
};
std::string_view name_of(HolderKind kind);  // as JSON has it: "java field"
std::optional<HolderKind> holder_kind_of(std::string_view name);

// What one holder keeps alive: the blocks that it points to, and what these point to, at any depth. A block
// belongs to the holder with the shortest chain of pointers to it; stacks, blocks of NMT's and other memory
// come after all others.
struct Holder {
    HolderKind kind = HolderKind::nothing;
    std::string name;               // "com.example.Handle.peer", "g_cache"; empty where it has none
    std::string library;            // whose the blocks are: "libfoo.so"; empty where unknown
    std::string evidence;           // of that; empty where unknown
    ChunkSum direct;                // that it points to itself
    ChunkSum held;                  // with these, all that is reached
    ChunkSum shared;                // of `held`: another holder reaches these as well
    std::vector<std::string> also;  // other holders that point to some of the same blocks
    Address example_from, example;  // where the address of which block lies; 0 where nothing points to it
    friend bool operator==(const Holder&, const Holder&) = default;
};

// The chain of pointers to one block, which somebody asked for.
struct HolderChain {
    Address asked;
    std::string holder;  // empty: no live untracked block lies there
    HolderKind kind = HolderKind::nothing;
    std::vector<Address> blocks;  // the last one is the block that was asked for
    friend bool operator==(const HolderChain&, const HolderChain&) = default;
};

// What --owners found.
struct BlockHolders {
    std::vector<Holder> holders;  // most bytes first; with `other`, they sum to the blocks looked at
    std::uint64_t more = 0;       // holders that are summed up in `rest`
    ChunkSum rest;
    // Of the Java heap.
    std::string heap_not_read;            // why; empty where it was
    Bytes heap_resident;                  // looked at
    std::uint64_t heap_words = 0;         // words that are addresses of such blocks
    std::uint64_t heap_unidentified = 0;  // of them, no object with a fitting field was found around
    std::uint64_t heap_moved = 0;         // of them, in objects that the collector had moved away
    std::uint64_t heap_passes = 0;        // 2 where objects moved during the first
    std::string heap_may_miss;            // why objects may have been missed nevertheless; mostly empty
    std::uint64_t pointers = 0;           // between blocks
    bool pointers_left_out = false;       // there were more than nmtx keeps
    std::optional<HolderChain> chain;
    friend bool operator==(const BlockHolders&, const BlockHolders&) = default;
};

struct SizeClass {
    Bytes block;  // usable bytes; the class of the rest has 0
    ChunkSum chunks;
    friend bool operator==(const SizeClass&, const SizeClass&) = default;
};

// MallocWalk::why_not_walked where every read failed.
inline constexpr std::string_view memory_not_readable = "the process's memory could not be read";

struct MallocWalk {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    MallocWalk();
    MallocWalk(const MallocWalk&);
    MallocWalk(MallocWalk&&) noexcept;
    MallocWalk& operator=(const MallocWalk&);
    MallocWalk& operator=(MallocWalk&&) noexcept;
    ~MallocWalk();

    std::string
        allocator;  // "glibc", "jemalloc", "tcmalloc", "mimalloc", "musl", "unknown", "jemalloc and glibc"
    std::string also_present;  // mapped beside it, and does not serve malloc: "jemalloc"; mostly empty
    std::string version;       // of glibc: "2.36"; empty where unknown
    std::string layout;  // which row of the table of layouts: "2.27 to 2.42"; empty where nothing was walked
    std::string why_not_walked;  // empty where the arenas were walked
    std::string headers;  // how NMT's blocks were told: "canary", "size"; empty where NMT is off: all live
                          // blocks count as untracked
    bool frozen = false;  // --freeze
    double stood_still_ms = 0;         // how long the target's threads were stopped
    std::vector<ArenaFigures> arenas;  // the main arena first
    ChunkSum mmapped_tracked;          // live chunks with a mapping of their own
    ChunkSum mmapped_untracked;
    Bytes mmapped_not_walked;  // resident, in the regions of such chunks (what lies before an aligned chunk's
                               // header)
    std::optional<Bytes> mmapped_expected;  // malloc's own counter, mp_.mmapped_mem
    std::vector<WalkedRegion> regions;      // ascending, disjoint
    std::vector<TrackedCategory> tracked;   // most bytes first
    std::vector<UntrackedOwner>
        untracked;  // most bytes first; with the rest, last, they sum to all untracked live blocks
    std::vector<SizeClass> sizes;         // of untracked live blocks, most bytes first, the rest last
    std::optional<BlockHolders> holders;  // with --owners
    std::vector<std::string> notes;  // sentences for the reader: bounds that were reached, what disagreed

    [[nodiscard]] bool walked() const { return why_not_walked.empty(); }
    [[nodiscard]] Bytes resident() const;  // of all regions
    [[nodiscard]] Bytes not_walked() const;
    [[nodiscard]] ChunkSum live_tracked() const;
    [[nodiscard]] ChunkSum live_untracked() const;
    [[nodiscard]] ChunkSum of_arenas(ChunkSum ArenaFigures::* part) const;  // summed over the arenas
    [[nodiscard]] ChunkSum free() const;
    friend bool operator==(const MallocWalk&, const MallocWalk&) = default;
};

std::string format_malloc_walk(const MallocWalk& walk);
Expected<MallocWalk> parse_malloc_walk(std::string_view text, std::string_view document = "malloc walk");

}  // namespace nmtx
