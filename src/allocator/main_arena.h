// glibc's main arena: its malloc_state in libc's data, recognised by its shape, and the regions with its
// chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "allocator/chunk_window.h"
#include "allocator/glibc_heap.h"

namespace nmtx {

// libc's writable data as words; only the resident part.
struct DataWords {
    std::uint64_t begin = 0;
    std::vector<std::uint64_t> words;
};

struct MainArena {
    std::uint64_t state = 0;
    const GlibcLayout* layout = nullptr;
    std::vector<std::uint64_t> key_words;  // GlibcHeap::key_words
    std::vector<DataWords> words;
};

// Found by its ring of arenas and its 127 pairs of bin heads, each of which points to itself or to two
// chunks; so do those of the next arena of the ring, which distinguishes layouts with different places of
// the bins. Where the release is unknown, the matching layout gives a range of releases; the newest is
// taken.
std::optional<MainArena> find_main_arena(const std::vector<Range>& libc_data,
                                         const std::optional<std::string>& release, TargetMemory& memory);

// The regions of the main arena's chunks: from the first address that sbrk returned, and where the brk could
// not grow, in mappings among the candidates.
class MainArenaRegions {
  public:
    MainArenaRegions(const GlibcSearch& search, GlibcHeap& heap, TargetMemory& memory, std::size_t steps)
        : search_(search), heap_(heap), memory_(memory), steps_left_(steps) {}
    // Adds them to heap.regions, which already has all others, and the counter of mmapped memory to
    // heap.mmapped_expected.
    void find(const std::vector<DataWords>& libc_data);

  private:
    void read_parameters(const std::vector<DataWords>& libc_data);
    void add_brk();
    void add_extensions(Bytes missing);
    void add_extensions_of(Range gap, Bytes& missing);
    [[nodiscard]] std::optional<std::uint64_t> extension_end(std::uint64_t begin, std::uint64_t limit);

    const GlibcSearch& search_;
    GlibcHeap& heap_;
    TargetMemory& memory_;
    std::size_t steps_left_;
    ChunkWindow starts_{memory_}, hops_{memory_, std::size_t{64} << 10U};
    std::optional<std::uint64_t> sbrk_base_;
};

}  // namespace nmtx
