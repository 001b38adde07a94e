#include "allocator/block_tally.h"

#include <algorithm>

#include "allocator/chunk_window.h"
#include "base/pages.h"

namespace nmtx {
namespace {

void add(ChunkSum& sum, std::uint64_t bytes, std::uint64_t resident) {
    ++sum.blocks;
    sum.bytes += Bytes(bytes);
    sum.resident += Bytes(resident);
}

// request2size: the size of the chunk that malloc uses for this many bytes.
std::uint64_t chunk_for(std::uint64_t requested) {
    return std::max<std::uint64_t>(smallest_chunk, (requested + 8 + 15) / 16 * 16);
}

bool size_header(const Chunk& chunk, std::size_t tag_count, std::size_t& tag, std::uint64_t& size) {
    constexpr std::uint64_t header = 16;
    size = word_at(chunk.user, 0);
    tag = static_cast<std::size_t>(word_at(chunk.user, 8) & 0xff);
    if (tag >= tag_count || size == 0 || size > chunk.size) return false;
    const std::uint64_t needed = chunk_for(size + header);
    if (chunk.arena != mmapped_arena) return chunk.size == needed || chunk.size == needed + 16;
    return chunk.size / small_page == (needed + 8 + small_page - 1) / small_page;
}

}  // namespace

bool has_canary_header(const Chunk& chunk, std::size_t tag_count, std::size_t& tag, std::uint64_t& size) {
    constexpr std::uint64_t header = 16, footer = 2;
    const std::uint64_t behind = word_at(chunk.user, 8);
    if (!may_have_canary(chunk) || (behind >> 40U & 0xff) != 0) return false;
    size = word_at(chunk.user, 0);
    tag = static_cast<std::size_t>(behind >> 32U & 0xff);
    const std::uint64_t usable = chunk.usable();
    if (tag >= tag_count || size > usable || usable - size < header + footer) return false;
    // realloc leaves up to a smallest chunk behind the block, a mapping of its own up to a page.
    const std::uint64_t spare = usable - size - header - footer;
    if (spare >= (chunk.arena == mmapped_arena ? small_page + smallest_chunk : 2 * smallest_chunk))
        return false;
    const std::uint64_t footer_at = header + size;
    if (footer_at + footer > chunk.user.size())
        return true;  // was not read: the canary and the size have to do
    return chunk.user[footer_at] == std::byte{0xe8} && chunk.user[footer_at + 1] == std::byte{0x8e};
}

void FirstWords::add(std::uint64_t word, std::uint64_t file, const Chunk& chunk) {
    const std::uint64_t usable = chunk.usable();
    std::size_t at = last_;
    if (slots_[at].word != word || slots_[at].usable != usable) {
        at = static_cast<std::size_t>((word ^ usable << 32U) * 0x9e3779b97f4a7c15U >> 48U) % capacity;
        while (slots_[at].word != 0 && (slots_[at].word != word || slots_[at].usable != usable))
            at = (at + 1) % capacity;
        if (slots_[at].word == 0) {
            if (used_ >= capacity / 2) return add_beyond(file, chunk);
            ++used_;
            slots_[at].word = word;
            slots_[at].usable = usable;
        }
        last_ = at;
    }
    nmtx::add(slots_[at].chunks, chunk.size, chunk.resident);
}

void FirstWords::add_beyond(std::uint64_t file, const Chunk& chunk) {
    auto found = beyond_.find({file, chunk.usable()});
    if (found == beyond_.end()) {
        if (beyond_.size() >= most_files_and_sizes) return;
        found = beyond_.emplace(std::pair{file, chunk.usable()}, ChunkSum{}).first;
    }
    nmtx::add(found->second, chunk.size, chunk.resident);
}

std::vector<FirstWord> FirstWords::all() const {
    std::vector<FirstWord> found;
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(found),
                 [](const FirstWord& slot) { return slot.word != 0; });
    for (const auto& [key, sum] : beyond_) found.push_back({key.first, key.second, sum});
    return found;
}

BlockTally::BlockTally(std::size_t arenas, NmtHeaders headers, std::size_t tags, std::vector<FileRange> files)
    : headers_(headers),
      tag_count_(std::min(tags, most_tags)),
      files_(std::move(files)),
      arenas_(arenas),
      small_(small_limit / 16) {
    for (ArenaFigures& arena : arenas_) arena.to_trim = Bytes();
    mmapped_.to_trim = Bytes();  // a chunk with its own mapping is never retained after free
    if (!files_.empty()) {
        files_begin_ = files_.front().range.begin.value;
        files_span_ = files_.back().range.end.value - files_begin_;
    }
    for (const FileRange& file : files_) {
        constexpr std::uint64_t most_megabytes = 4096;
        const std::uint64_t first = file.range.begin.value >> 20U;
        const std::uint64_t last = (file.range.end.value - 1) >> 20U;
        if (last - first >= most_megabytes) {
            near_file_.set();
            break;
        }
        for (std::uint64_t megabyte = first; megabyte <= last; ++megabyte)
            near_file_.set(megabyte_slot(megabyte << 20U));
    }
}

void BlockTally::begin(const ChunkRegion& region, Bytes resident) {
    regions_.push_back({region.whole, region.kind, resident});
    ArenaFigures& arena = region.arena == mmapped_arena ? mmapped_ : arenas_[region.arena];
    arena.resident += resident;
    arena.reserved += region.kind == RegionKind::arena ? arena_heap_span : region.whole.size();
}

void BlockTally::lost(const ChunkRegion& region, std::uint64_t bytes) {
    (region.arena == mmapped_arena ? mmapped_ : arenas_[region.arena]).not_walked += Bytes(bytes);
}

TalliedAs BlockTally::any_chunk(const Chunk& chunk) {
    ArenaFigures& arena = chunk.arena == mmapped_arena ? mmapped_ : arenas_[chunk.arena];
    switch (chunk.state) {
        case ChunkState::live: {
            std::size_t tag = 0;
            if (const auto sum = tracked(chunk, tag)) {
                tags_[tag].requested += sum->requested;
                tags_[tag].chunks += sum->chunks;
                add(arena.tracked, chunk.size, chunk.resident);
                return TalliedAs::tracked;
            }
            untracked(chunk);
            add(arena.untracked, chunk.size, chunk.resident);
            return TalliedAs::untracked;
        }
        case ChunkState::tcache:
            add(arena.tcache, chunk.size, chunk.resident);
            return TalliedAs::other;
        case ChunkState::fast:
            add(arena.fast, chunk.size, chunk.resident);
            return TalliedAs::other;
        case ChunkState::binned:
            *arena.to_trim += Bytes(chunk.to_trim);
            add(arena.binned, chunk.size, chunk.resident);
            return TalliedAs::other;
        case ChunkState::top:
            add(arena.top, chunk.size, chunk.resident);
            return TalliedAs::other;
        case ChunkState::overhead:
            add(arena.overhead, chunk.size, chunk.resident);
            return TalliedAs::other;
    }
    return TalliedAs::other;
}

std::optional<TagSum> BlockTally::tracked(const Chunk& chunk, std::size_t& tag) const {
    if (headers_ == NmtHeaders::none || chunk.user.size() < 16) return std::nullopt;
    std::uint64_t size = 0;
    const bool found = headers_ == NmtHeaders::canary ? has_canary_header(chunk, tag_count_, tag, size)
                                                      : size_header(chunk, tag_count_, tag, size);
    if (!found) return std::nullopt;
    return TagSum{Bytes(size), {1, Bytes(chunk.size), Bytes(chunk.resident)}};
}

void BlockTally::untracked(const Chunk& chunk) {
    if (chunk.size < small_limit && chunk.arena != mmapped_arena) {
        add(small_[chunk.size / 16], chunk.size, chunk.resident);
    } else {
        add(large_[chunk.usable()], chunk.size, chunk.resident);
    }
    if (const FileRange* file = first_file(chunk)) {
        first_words_.add(word_at(chunk.user, 0), file->range.begin.value, chunk);
    } else if (chunk.usable() >= z_stream_bytes && chunk.usable() < z_stream_bytes + smallest_chunk) {
        look_for_z_stream(chunk);
    }
}

void BlockTally::look_for_z_stream(const Chunk& chunk) {
    constexpr std::size_t state = 56, zalloc = 64, zfree = 72;
    if (chunk.user.size() < z_stream_bytes || z_streams_.size() >= most_z_streams) return;
    const FileRange* allocates = file_of(word_at(chunk.user, zalloc));
    const FileRange* frees = file_of(word_at(chunk.user, zfree));
    if (allocates == nullptr || frees == nullptr || !allocates->code || !frees->code) return;
    z_streams_.push_back(
        {chunk.at + chunk_header_bytes, word_at(chunk.user, state), word_at(chunk.user, zalloc)});
}

const FileRange* BlockTally::search_file(std::uint64_t word) const {
    const auto after =
        std::upper_bound(files_.begin(), files_.end(), Address{word},
                         [](Address address, const FileRange& file) { return address < file.range.begin; });
    if (after == files_.begin() || !std::prev(after)->range.contains(Address{word})) return nullptr;
    return &*std::prev(after);
}

std::uint64_t BlockTally::tracked_blocks() const {
    std::uint64_t blocks = 0;
    for (const TagSum& tag : tags_) blocks += tag.chunks.blocks;
    return blocks;
}

std::vector<SizeClass> BlockTally::sizes() const {
    std::vector<SizeClass> found;
    for (std::size_t i = 0; i < small_.size(); ++i) {
        if (small_[i].blocks > 0) found.push_back({Bytes(i * 16 - 8), small_[i]});
    }
    for (const auto& [usable, sum] : large_) found.push_back({Bytes(usable), sum});
    std::sort(found.begin(), found.end(), [](const SizeClass& a, const SizeClass& b) {
        return a.chunks.bytes != b.chunks.bytes ? a.chunks.bytes > b.chunks.bytes : a.block < b.block;
    });
    return found;
}

}  // namespace nmtx
