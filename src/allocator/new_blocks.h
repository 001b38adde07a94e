// Which blocks of malloc are new between two walks, by size, and which of some are in use or free.
//
// A block at an address that had none at the first walk is new for certain. One at an address that had one
// may be the same, or that one was freed since and the address given out again.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "allocator/walk_malloc.h"
#include "allocator/word_set.h"

namespace nmtx {

// Addresses that are multiples of 16: a bit each, in pages of what there is.
class AddressMap {
  public:
    AddressMap() = default;
    AddressMap(AddressMap&&) = default;
    AddressMap& operator=(AddressMap&&) = default;

    // False once it is full: it has room for 16 GiB of heap at least.
    bool add(std::uint64_t address);

    // Lookups of addresses that are mostly near each other; the map must outlive it.
    class Lookup {
      public:
        explicit Lookup(const AddressMap& map) : map_(map) {}
        bool contains(std::uint64_t address);

      private:
        const AddressMap& map_;
        std::uint64_t page_number_ = ~std::uint64_t{0};
        const std::bitset<4096>* page_ = nullptr;
    };

  private:
    using Page = std::bitset<4096>;
    static constexpr std::uint64_t page_bytes = std::uint64_t{64} << 10U;
    static constexpr std::size_t most_pages = std::size_t{256} << 10U;

    std::unordered_map<std::uint64_t, Page> pages_;
    std::uint64_t last_number_ = 0;
    Page* last_ = nullptr;  // its page, which stays where it is
};

// What was in use at the first walk.
struct BlocksBefore {
    AddressMap addresses;
    std::map<std::uint64_t, std::uint64_t> sizes;  // their number by usable bytes
    WordSet keys;                                  // of chunks in thread caches: freed_blocks.h
    std::uint64_t not_walked = 0;                  // resident bytes
    std::string why_not_walked;                    // then there are none
};

struct BlockAt {
    std::uint64_t address = 0;  // as malloc returned it
    std::uint64_t usable = 0;
};

struct NewBlocks {
    std::uint64_t fresh = 0;   // where there was none before
    std::uint64_t old = 0;     // the others
    std::uint64_t before = 0;  // at the first walk
};

struct BlocksAfter {
    std::vector<BlockAt> found;                // of the addresses that were asked for
    std::map<std::uint64_t, NewBlocks> sizes;  // by usable bytes
    std::uint64_t not_walked = 0;              // resident bytes
    std::string why_not_walked;                // then there are none
};

// `with_jvm`: blocks with NMT's header, too. Before JDK 17 that header proves nothing, so HotSpot's blocks
// count as others then.
BlocksBefore blocks_before(const MallocRequest& request, bool with_jvm, TargetMemory& memory);
// `addresses`: ascending.
BlocksAfter blocks_after(const MallocRequest& request, const BlocksBefore& before,
                         std::span<const std::uint64_t> addresses, bool with_jvm, TargetMemory& memory);

// Which of some blocks are free at this moment, by their own chunks and no list: a block in a fastbin looks
// in use. `addresses`: as malloc returned them, ascending. `keys`: FreeChunks::keys. Ascending; without those
// that cannot be read.
std::vector<std::uint64_t> freed_blocks(std::span<const std::uint64_t> addresses, const WordSet& keys,
                                        TargetMemory& memory);

}  // namespace nmtx
