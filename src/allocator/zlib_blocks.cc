#include "allocator/zlib_blocks.h"

#include <algorithm>
#include <array>
#include <optional>

#include "allocator/chunk_window.h"

namespace nmtx {
namespace {

struct Header {
    std::uint64_t size = 0;
    std::uint64_t usable = 0;
};

class ZlibFinder {
  public:
    ZlibFinder(const std::vector<Range>& arenas, TargetMemory& memory) : arenas_(arenas), memory_(memory) {}

    void add(const ZStream& stream) {
        // The pointers of either state lie in its first 256 bytes; those of a stream that was only opened may
        // end before the next page, which is then not resident.
        std::array<std::uint64_t, 32> state{};
        const auto bytes = std::as_writable_bytes(std::span(state));
        const auto header = header_of(stream.state);
        if (!header || memory_.read({stream.state}, bytes) < sizeof state[0] || state[0] != stream.at) return;
        const bool inflate = header->usable >= 6800 && header->usable < 7600;
        const bool deflate = header->usable >= 5600 && header->usable < 6400;
        if (!inflate && !deflate) return;
        std::size_t buffers_left = inflate ? 1 : 4;  // window; or window, prev, head and pending_buf
        add_block(stream.at, stream, zlib_kind::z_stream);
        add_block(stream.state, stream, inflate ? zlib_kind::inflate_state : zlib_kind::deflate_state);
        std::sort(state.begin() + 1, state.end());
        std::uint64_t last = 0;
        for (const std::uint64_t word : std::span(state).subspan(1)) {
            if (word == last || word == stream.at || word == stream.state || word % 16 != 0 || word < 4096 ||
                word >> 47U != 0)
                continue;
            last = word;
            const auto buffer = header_of(word);
            // Windows are 512 bytes to 64 KiB, the buffers of deflate up to 256 KiB; a pointer into the
            // middle of one has no header before it.
            if (!buffer || buffer->usable < 512 || buffer->usable > std::uint64_t{300} << 10U) continue;
            if (buffers_left-- == 0) return;
            add_block(word, stream, inflate ? zlib_kind::inflate_window : zlib_kind::deflate_buffer);
        }
    }

    std::vector<ZlibBlock> blocks() && {
        const auto before = [](const ZlibBlock& a, const ZlibBlock& b) { return a.at < b.at; };
        std::stable_sort(blocks_.begin(), blocks_.end(), before);
        const auto same = [](const ZlibBlock& a, const ZlibBlock& b) { return a.at == b.at; };
        blocks_.erase(std::unique(blocks_.begin(), blocks_.end(), same), blocks_.end());
        return std::move(blocks_);
    }

  private:
    std::optional<Header> header_of(std::uint64_t user) {
        constexpr std::uint64_t is_mmapped = 2, flags = 7, most = std::uint64_t{1} << 20U;
        std::uint64_t word = 0;
        if (user % 16 != 0 || !in_arena(user) ||
            memory_.read({user - 8}, std::as_writable_bytes(std::span(&word, 1))) != sizeof word)
            return std::nullopt;
        const std::uint64_t size = word & ~flags;
        if (size < smallest_chunk || size > most || size % 16 != 0 || (word & is_mmapped) != 0)
            return std::nullopt;
        return Header{size, size - 8};
    }

    // What a state points to may be a table in libz's data as well, with any word in front of it.
    [[nodiscard]] bool in_arena(std::uint64_t user) const {
        const auto after = std::upper_bound(arenas_.begin(), arenas_.end(), Address{user},
                                            [](Address a, const Range& arena) { return a < arena.begin; });
        return after != arenas_.begin() && std::prev(after)->contains(Address{user});
    }

    void add_block(std::uint64_t user, const ZStream& stream, std::string_view kind) {
        const auto header = header_of(user);
        if (!header) return;
        ZlibBlock block{user - chunk_header_bytes, header->size, header->usable, 0, kind, stream.zalloc};
        for (const Range& run : memory_.resident_runs(range_of(block.at, block.at + block.size)))
            block.resident += run.size().value();
        blocks_.push_back(block);
    }

    const std::vector<Range>& arenas_;
    TargetMemory& memory_;
    std::vector<ZlibBlock> blocks_;
};

}  // namespace

bool is_zlib(const UntrackedOwner& entry) {
    using namespace zlib_kind;
    constexpr std::array kinds{z_stream, inflate_state, inflate_window, deflate_state, deflate_buffer};
    return std::find(kinds.begin(), kinds.end(), entry.kind) != kinds.end();
}

std::vector<ZlibBlock> find_zlib_blocks(const std::vector<ZStream>& streams, const std::vector<Range>& arenas,
                                        TargetMemory& memory) {
    ZlibFinder finder(arenas, memory);
    for (const ZStream& stream : streams) finder.add(stream);
    return std::move(finder).blocks();
}

}  // namespace nmtx
