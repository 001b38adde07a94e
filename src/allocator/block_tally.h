// The sums of a walk's chunks: per arena by state, live blocks by NMT category (from the header that HotSpot
// puts in front of each block that it tracks), all others by size and by the target of their first word. A
// sink for chunk_walk.h.
//
// NMT's header is 16 bytes in front of HotSpot's bytes, so at the start of malloc's user bytes. Source:
// HotSpot share/nmt/mallocHeader.hpp.
//   JDK 18 and later, updates of 17   u64 size, u32 call site, u8 tag, u8 0, u16 canary 0xE99E;
//                                     after HotSpot's bytes a footer E8 8E
//   before                            u64 size, u8 tag, 7 bytes of call site, which NMT=summary does not
//                                     write; no canary, no footer
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
#include "allocator/chunk_window.h"
#include "allocator/glibc_heap.h"
#include "allocator/malloc_walk.h"
#include "allocator/zlib_blocks.h"

namespace nmtx {

enum class NmtHeaders : std::uint8_t {
    none,    // NMT is off: blocks have no header
    canary,  // from 17 updates and 18 on
    size,    // before: identified by a valid tag and a size that agrees with the chunk's size
};

// A file mapping that blocks may point into.
struct FileRange {
    Range range;
    std::uint32_t file = 0;  // index into the files
    bool code = false;       // executable
};

inline constexpr std::size_t most_tags = 64;

// A quick test of a chunk of which at least 16 bytes were read.
inline bool may_have_canary(const Chunk& chunk) {
    constexpr std::uint64_t canary = 0xe99e;
    return word_at(chunk.user, 8) >> 48U == canary;
}

// Whether the chunk, of which at least 16 bytes were read, has NMT's header with a canary; then its tag and
// the size that HotSpot asked for. `tag_count`: how many tags there may be.
bool has_canary_header(const Chunk& chunk, std::size_t tag_count, std::size_t& tag, std::uint64_t& size);

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

// Open addressing in a table that does not grow. When it is half full, further entries are kept only by file
// and size, and beyond most_files_and_sizes of these only by size.
class FirstWords {
  public:
    FirstWords() : slots_(capacity) {}
    // `file`: an address that represents the file that the word points into.
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

// What a chunk is to the tally: in use and tracked by NMT or not, or neither.
enum class TalliedAs : std::uint8_t { tracked, untracked, other };

class BlockTally {
  public:
    // `files`: ascending and disjoint. `tags`: how many tags NMT's header may have.
    BlockTally(std::size_t arenas, NmtHeaders headers, std::size_t tags, std::vector<FileRange> files);

    void begin(const ChunkRegion& region, Bytes resident);
    [[gnu::always_inline]] TalliedAs chunk(const Chunk& chunk) {
        if (!only_its_size_counts(chunk)) return any_chunk(chunk);
        small_[chunk.size / 16] += one(chunk);
        arenas_[chunk.arena].untracked += one(chunk);
        return TalliedAs::untracked;
    }
    void lost(const ChunkRegion& region, std::uint64_t bytes);

    [[nodiscard]] const std::vector<ArenaFigures>& arenas() const { return arenas_; }
    // The chunks with their own mapping, in the fields of an arena.
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
    // The file that the block's first word points into; nothing where there is none.
    [[nodiscard]] const FileRange* first_file(const Chunk& chunk) const {
        return chunk.user.size() < 8 ? nullptr : file_of(word_at(chunk.user, 0));
    }
    // Blocks that look like z_streams, at most most_z_streams.
    [[nodiscard]] const std::vector<ZStream>& z_streams() const { return z_streams_; }
    [[nodiscard]] const std::vector<FileRange>& files() const { return files_; }
    // The file that the word points into; nothing where there is none.
    [[nodiscard]] const FileRange* file_of(std::uint64_t word) const {
        // Most words are no addresses of files.
        if (word - files_begin_ >= files_span_ || !near_file_.test(megabyte_slot(word))) return nullptr;
        return search_file(word);
    }

  private:
    // Blocks below it are summed up by size in a table.
    static constexpr std::uint64_t small_limit = std::uint64_t{64} << 10U;

    static std::size_t megabyte_slot(std::uint64_t address) {
        return static_cast<std::size_t>((address >> 20U) * 0x9e3779b97f4a7c15U >> 52U);
    }
    static ChunkSum one(const Chunk& chunk) { return {1, Bytes(chunk.size), Bytes(chunk.resident)}; }
    // So it is with nearly all blocks: in use in an arena, without a header, an address of a file or the size
    // of a z_stream.
    [[gnu::always_inline, nodiscard]] bool only_its_size_counts(const Chunk& chunk) const {
        const bool has_words = chunk.state == ChunkState::live && chunk.user.size() >= 16;
        if (!has_words || chunk.size >= small_limit || chunk.arena == mmapped_arena) return false;
        if (chunk.size >= z_stream_bytes && chunk.size < 2 * z_stream_bytes) return false;
        return !may_have_header(chunk) && first_file(chunk) == nullptr;
    }
    [[nodiscard]] bool may_have_header(const Chunk& chunk) const {
        if (headers_ == NmtHeaders::none) return false;
        return headers_ == NmtHeaders::size || may_have_canary(chunk);
    }
    TalliedAs any_chunk(const Chunk& chunk);
    [[nodiscard]] const FileRange* search_file(std::uint64_t word) const;
    [[nodiscard]] std::optional<TagSum> tracked(const Chunk& chunk, std::size_t& tag) const;
    void untracked(const Chunk& chunk);
    void look_for_z_stream(const Chunk& chunk);

    NmtHeaders headers_;
    std::size_t tag_count_;
    std::vector<FileRange> files_;
    std::bitset<4096> near_file_;  // by the megabyte of an address
    std::uint64_t files_begin_ = 0, files_span_ = 0;
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
