// What a walk's chunks add up to: per arena by state, live blocks by NMT category (told by the header that
// HotSpot puts in front of each block that it tracks), all others by size and by what their first word points
// to. A sink for chunk_walk.h.
//
// NMT's header, 16 bytes in front of what HotSpot uses, so at the start of malloc's user bytes. Source:
// HotSpot share/nmt/mallocHeader.hpp.
//   from JDK 18, and 17 updates   u64 size, u32 call site, u8 tag, u8 0, u16 canary 0xE99E; behind the user's
//   bytes a footer E8 8E before                        u64 size, u8 tag, 7 bytes of call site that
//   NMT=summary leaves as they were; no canary, no footer
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "allocator/malloc_walk.h"
#include "allocator/zlib_blocks.h"

namespace nmtx {

enum class NmtHeaders : std::uint8_t {
    none,    // NMT is off: blocks have no header
    canary,  // from 17 updates and 18 on
    size,    // before: told by a tag that exists and a size that the chunk's size follows from
};

// A mapping of a file, of which blocks may hold an address.
struct FileRange {
    Range range;
    std::uint32_t file = 0;  // index into the files
    bool code = false;       // may be executed
};

inline constexpr std::size_t most_tags = 64;

struct TagSum {
    Bytes requested;  // as NMT counts: the size in the header
    ChunkSum chunks;
};

// Blocks of one size with the same first word, which points into a file.
struct FirstWord {
    std::uint64_t word = 0;
    std::uint64_t usable = 0;
    ChunkSum chunks;
};

// Open addressing over a table that does not grow: what comes when it is half full is kept by its file and
// size alone, and beyond most_files_and_sizes of these not at all (it is left to its size).
class FirstWords {
  public:
    FirstWords() : slots_(capacity) {}
    // `file`: an address that stands for the file that the word points into.
    void add(std::uint64_t word, std::uint64_t file, const Chunk& chunk);
    [[nodiscard]] std::vector<FirstWord> all() const;

  private:
    void add_beyond(std::uint64_t file, const Chunk& chunk);

    static constexpr std::size_t capacity = std::size_t{1} << 16U;
    static constexpr std::size_t most_files_and_sizes = 65536;
    std::vector<FirstWord> slots_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, ChunkSum> beyond_;  // by file and usable size
    std::size_t used_ = 0;
    std::size_t last_ = 0;
};

class BlockTally {
  public:
    // `files`: ascending and disjoint. `tags`: how many tags NMT's header may bear.
    BlockTally(std::size_t arenas, NmtHeaders headers, std::size_t tags, std::vector<FileRange> files);

    void begin(const ChunkRegion& region, Bytes resident);
    void chunk(const Chunk& chunk);
    void lost(const ChunkRegion& region, std::uint64_t bytes);

    [[nodiscard]] const std::vector<ArenaFigures>& arenas() const { return arenas_; }
    // The chunks with a mapping of their own, in the fields of an arena.
    [[nodiscard]] const ArenaFigures& mmapped() const { return mmapped_; }
    [[nodiscard]] const std::array<TagSum, most_tags>& tags() const { return tags_; }
    [[nodiscard]] std::uint64_t tracked_blocks() const;
    [[nodiscard]] const std::vector<WalkedRegion>& regions() const { return regions_; }
    [[nodiscard]] std::vector<FirstWord> first_words() const { return first_words_.all(); }
    // Live blocks without NMT's header by usable size; most bytes first.
    [[nodiscard]] std::vector<SizeClass> sizes() const;
    [[nodiscard]] bool is_tracked(const Chunk& chunk) const {
        std::size_t tag = 0;
        return tracked(chunk, tag).has_value();
    }
    // Which file the block's first word points into; nothing where none.
    [[nodiscard]] const FileRange* first_file(const Chunk& chunk) const;
    // Blocks that look like z_streams, at most most_z_streams.
    [[nodiscard]] const std::vector<ZStream>& z_streams() const { return z_streams_; }
    // Which file the word points into; nothing where none.
    [[nodiscard]] const FileRange* file_of(std::uint64_t word) const;

  private:
    [[nodiscard]] std::optional<TagSum> tracked(const Chunk& chunk, std::size_t& tag) const;
    void untracked(const Chunk& chunk);
    void look_for_z_stream(const Chunk& chunk);

    NmtHeaders headers_;
    std::size_t tag_count_;
    std::vector<FileRange> files_;
    std::bitset<4096> near_file_;  // by the megabyte of an address
    std::vector<ArenaFigures> arenas_;
    ArenaFigures mmapped_;
    std::array<TagSum, most_tags> tags_{};
    std::vector<WalkedRegion> regions_;
    FirstWords first_words_;
    std::vector<ZStream> z_streams_;
    std::vector<ChunkSum> small_;                        // by chunk size / 16
    std::unordered_map<std::uint64_t, ChunkSum> large_;  // by usable size
};

}  // namespace nmtx
