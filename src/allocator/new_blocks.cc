#include "allocator/new_blocks.h"

#include <algorithm>
#include <array>

#include "allocator/block_tally.h"
#include "allocator/chunk_window.h"

namespace nmtx {
namespace {

// Blocks of one size often follow one another.
template <typename Value>
class BySize {
  public:
    Value& of(std::uint64_t usable) {
        if (last_ == nullptr || usable != last_usable_) {
            last_ = &sizes_[usable];
            last_usable_ = usable;
        }
        return *last_;
    }
    std::map<std::uint64_t, Value> take() { return std::move(sizes_); }

  private:
    std::map<std::uint64_t, Value> sizes_;
    std::uint64_t last_usable_ = 0;
    Value* last_ = nullptr;
};

// The blocks in use, as a sink for chunk_walk.h.
class BlocksInUse {
  public:
    explicit BlocksInUse(bool with_jvm) : with_jvm_(with_jvm) {}

    void begin(const ChunkRegion& /*region*/, Bytes /*resident*/) {}
    void lost(const ChunkRegion& /*region*/, std::uint64_t bytes) { not_walked_ += bytes; }
    [[nodiscard]] std::uint64_t not_walked() const { return not_walked_; }

  protected:
    [[nodiscard]] bool counts(const Chunk& chunk) const {
        if (chunk.state != ChunkState::live) return false;
        std::size_t tag = 0;
        std::uint64_t size = 0;
        return with_jvm_ || chunk.user.size() < chunk_header_bytes ||
               !has_canary_header(chunk, most_tags, tag, size);
    }

  private:
    bool with_jvm_;
    std::uint64_t not_walked_ = 0;
};

class RememberedBlocks : public BlocksInUse {
  public:
    explicit RememberedBlocks(bool with_jvm) : BlocksInUse(with_jvm) {}

    void chunk(const Chunk& chunk) {
        if (!counts(chunk)) return;
        if (!addresses_.add(chunk.at + chunk_header_bytes)) full_ = true;
        ++sizes_.of(chunk.usable());
    }
    std::map<std::uint64_t, std::uint64_t> take_sizes() { return sizes_.take(); }
    [[nodiscard]] bool full() const { return full_; }
    AddressMap take() { return std::move(addresses_); }

  private:
    AddressMap addresses_;
    BySize<std::uint64_t> sizes_;
    bool full_ = false;
};

class ComparedBlocks : public BlocksInUse {
  public:
    ComparedBlocks(const AddressMap& before, std::span<const std::uint64_t> addresses, bool with_jvm)
        : BlocksInUse(with_jvm), before_(before), addresses_(addresses) {}

    void chunk(const Chunk& chunk) {
        if (!counts(chunk)) return;
        const std::uint64_t user = chunk.at + chunk_header_bytes, usable = chunk.usable();
        const bool before = before_.contains(user);
        NewBlocks& blocks = sizes_.of(usable);
        ++(before ? blocks.old : blocks.fresh);
        if (std::binary_search(addresses_.begin(), addresses_.end(), user)) found_.push_back({user, usable});
    }
    std::vector<BlockAt> take_found() { return std::move(found_); }
    std::map<std::uint64_t, NewBlocks> take_sizes() { return sizes_.take(); }

  private:
    AddressMap::Lookup before_;
    std::span<const std::uint64_t> addresses_;
    std::vector<BlockAt> found_;
    BySize<NewBlocks> sizes_;
};

// Why there was no walk; empty where it was.
template <typename Sink>
std::string walk(const MallocRequest& request, TargetMemory& memory, Sink& sink, WordSet* keys = nullptr) {
    const GlibcHeap heap = find_heap_to_walk(request, memory);
    if (heap.layout == nullptr) return heap.why;
    FreeChunks free = find_free_chunks_of(request, heap, memory);
    walk_chunks(heap, free, memory, request.bounds, sink);
    if (keys != nullptr) *keys = std::move(free.keys);
    return {};
}

constexpr std::uint64_t mmapped_flag = 2, all_flags = 7, used_before = 1;

// A block, and the header behind it, which says whether it is in use.
struct Behind {
    std::uint64_t header = 0;
    std::uint64_t address = 0;
};

template <std::size_t Bytes>
bool read_at(TargetMemory& memory, std::uint64_t at, std::array<std::byte, Bytes>& into) {
    return memory.read(Address{at}, into) == into.size();
}

std::vector<Address> headers_of(std::span<const std::uint64_t> addresses) {
    std::vector<Address> headers;
    headers.reserve(addresses.size());
    for (const std::uint64_t address : addresses) headers.push_back(Address{address - chunk_header_bytes});
    return headers;
}

}  // namespace

bool AddressMap::add(std::uint64_t address) {
    const std::uint64_t number = address / page_bytes;
    if (last_ == nullptr || number != last_number_) {
        if (pages_.size() >= most_pages && !pages_.contains(number)) return false;
        last_ = &pages_[number];
        last_number_ = number;
    }
    last_->set(address % page_bytes / 16);
    return true;
}

bool AddressMap::Lookup::contains(std::uint64_t address) {
    const std::uint64_t number = address / page_bytes;
    if (number != page_number_) {
        const auto page = map_.pages_.find(number);
        page_ = page == map_.pages_.end() ? nullptr : &page->second;
        page_number_ = number;
    }
    return page_ != nullptr && page_->test(address % page_bytes / 16);
}

BlocksBefore blocks_before(const MallocRequest& request, bool with_jvm, TargetMemory& memory) {
    RememberedBlocks blocks(with_jvm);
    BlocksBefore before;
    before.why_not_walked = walk(request, memory, blocks, &before.keys);
    if (blocks.full()) before.why_not_walked = "it has more than 16 GiB of blocks";
    if (before.why_not_walked.empty()) {
        before.addresses = blocks.take();
        before.sizes = blocks.take_sizes();
    }
    before.not_walked = blocks.not_walked();
    return before;
}

BlocksAfter blocks_after(const MallocRequest& request, const BlocksBefore& before,
                         std::span<const std::uint64_t> addresses, bool with_jvm, TargetMemory& memory) {
    ComparedBlocks blocks(before.addresses, addresses, with_jvm);
    BlocksAfter after;
    after.why_not_walked = walk(request, memory, blocks);
    after.found = blocks.take_found();
    after.sizes = blocks.take_sizes();
    for (const auto& [usable, number] : before.sizes) after.sizes[usable].before = number;
    after.not_walked = blocks.not_walked();
    return after;
}

std::vector<std::uint64_t> freed_blocks(std::span<const std::uint64_t> addresses, const WordSet& keys,
                                        TargetMemory& memory) {
    std::vector<std::uint64_t> freed;
    std::vector<Behind> behind;
    memory.expect(headers_of(addresses));
    for (const std::uint64_t address : addresses) {
        std::array<std::byte, 2 * chunk_header_bytes> bytes{};
        if (address < chunk_header_bytes || !read_at(memory, address - chunk_header_bytes, bytes)) continue;
        const std::uint64_t word = word_at(bytes, 8), size = word & ~all_flags;
        if (keys.contains(word_at(bytes, 24))) {
            freed.push_back(address);
        } else if ((word & mmapped_flag) == 0 && size >= smallest_chunk) {
            behind.push_back({address - chunk_header_bytes + size, address});
        }
    }
    std::sort(behind.begin(), behind.end(),
              [](const Behind& a, const Behind& b) { return a.header < b.header; });
    std::vector<Address> headers;
    headers.reserve(behind.size());
    for (const Behind& one : behind) headers.push_back(Address{one.header});
    memory.expect(headers);
    for (const Behind& one : behind) {
        std::array<std::byte, chunk_header_bytes> bytes{};
        if (read_at(memory, one.header, bytes) && (word_at(bytes, 8) & used_before) == 0)
            freed.push_back(one.address);
    }
    std::sort(freed.begin(), freed.end());
    return freed;
}

}  // namespace nmtx
