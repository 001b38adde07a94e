#include "allocator/block_pointers.h"

#include <algorithm>
#include <map>
#include <utility>

namespace nmtx {
namespace {

constexpr int most_passes = 3;
constexpr std::uint64_t granule = 32;  // no two chunks start in the same one
constexpr std::uint8_t nobody = 1;     // a block that seeks an owner; 0: no such block starts here
constexpr std::uint8_t first_owner = 2;
constexpr std::uint8_t upper_half = 0x80;  // the block starts in the second 16 bytes of its granule
constexpr std::size_t most_files = 0x7f - first_owner;

// A byte for each granule of what is resident of the regions: whether a block that seeks an owner starts
// there, and whom it has been given.
class BlockMap {
  public:
    // Regions come in ascending order; those in which no block seeks an owner need not come.
    void add(const ChunkRegion& region, TargetMemory& memory) {
        // Of a chunk with a mapping of its own only the start can be met.
        const std::uint64_t first = region.first.value / granule * granule;
        std::vector<Range> runs{range_of(first, first + granule)};
        if (region.kind != RegionKind::mmapped_chunk)
            runs = memory.resident_runs(range_of(first, region.end.value));
        std::size_t granules = 0;
        for (const Range& run : runs) granules += granules_of(run);
        bytes_.emplace_back(granules);
        std::uint8_t* next = bytes_.back().data();
        for (const Range& run : runs) {
            parts_.push_back({run.begin.value / granule * granule, run.end.value, next});
            next += granules_of(run);
        }
        if (!parts_.empty()) {
            low_ = parts_.front().begin;
            high_ = parts_.back().end;
        }
    }

    // The byte of the block whose chunk starts at `at`, where one seeks an owner there.
    std::uint8_t* find(std::uint64_t at) {
        std::uint8_t* byte = byte_at(at);
        if (byte == nullptr || *byte == 0 || (*byte & upper_half) != half(at)) return nullptr;
        return byte;
    }
    void seek(std::uint64_t at) {
        if (std::uint8_t* byte = byte_at(at)) *byte = static_cast<std::uint8_t>(nobody | half(at));
    }
    // May the word be the address of a block's user bytes?
    [[nodiscard]] bool may_point(std::uint64_t word) const {
        return word - low_ < high_ - low_ && word % 16 == 0;
    }

  private:
    struct Part {
        std::uint64_t begin, end;
        std::uint8_t* bytes;
    };

    static std::size_t granules_of(Range run) {
        const std::uint64_t begin = run.begin.value / granule * granule;
        return static_cast<std::size_t>((run.end.value - begin + granule - 1) / granule);
    }

    static std::uint8_t half(std::uint64_t at) { return at % granule == 0 ? 0 : upper_half; }

    std::uint8_t* byte_at(std::uint64_t at) {
        if (last_ >= parts_.size() || at < parts_[last_].begin || at >= parts_[last_].end) {
            const auto after =
                std::upper_bound(parts_.begin(), parts_.end(), at,
                                 [](std::uint64_t a, const Part& part) { return a < part.begin; });
            if (after == parts_.begin() || at >= std::prev(after)->end) return nullptr;
            last_ = static_cast<std::size_t>(std::prev(after) - parts_.begin());
        }
        return &parts_[last_].bytes[(at - parts_[last_].begin) / granule];
    }

    std::vector<Part> parts_;                       // ascending
    std::vector<std::vector<std::uint8_t>> bytes_;  // of each region
    std::size_t last_ = 0;
    std::uint64_t low_ = 0, high_ = 0;
};

// Files that own blocks, as small numbers.
class OwnerNumbers {
  public:
    std::uint8_t of(std::uint32_t file) {
        if (const auto it = numbers_.find(file); it != numbers_.end()) return it->second;
        if (files_.size() >= most_files) return nobody;
        files_.push_back(file);
        const auto number = static_cast<std::uint8_t>(first_owner + files_.size() - 1);
        numbers_.emplace(file, number);
        return number;
    }
    [[nodiscard]] std::uint32_t file(std::uint8_t number) const { return files_[number - first_owner]; }

  private:
    std::map<std::uint32_t, std::uint8_t> numbers_;
    std::vector<std::uint32_t> files_;
};

struct IgnoreRegions {
    void begin(const ChunkRegion&, Bytes) {}
    void lost(const ChunkRegion&, std::uint64_t) {}
};

// Which blocks seek an owner.
struct Seekers : IgnoreRegions {
    Seekers(const PointerSearch& of, BlockMap& into, TargetMemory& target)
        : search(of), map(into), memory(target) {}
    void begin(const ChunkRegion& entered, Bytes) { region = &entered; }
    void chunk(const Chunk& chunk) {
        if (chunk.state != ChunkState::live || search.tally.is_tracked(chunk) ||
            search.tally.first_file(chunk) != nullptr)
            return;
        if (std::binary_search(search.named.begin(), search.named.end(), chunk.at)) return;
        // Only now: what a limit keeps the walk out of takes no memory.
        if (region != nullptr) map.add(*std::exchange(region, nullptr), memory);
        map.seek(chunk.at);
        ++count;
    }
    const PointerSearch& search;
    BlockMap& map;
    TargetMemory& memory;
    const ChunkRegion* region = nullptr;
    std::uint64_t count = 0;
};

// Gives each block that an owned block's words point to the same owner.
class Pass : public IgnoreRegions {
  public:
    Pass(const PointerSearch& search, TargetMemory& memory, BlockMap& map, OwnerNumbers& numbers)
        : search_(search), memory_(memory), map_(map), numbers_(numbers), rest_(memory) {}

    void chunk(const Chunk& chunk) {
        if (chunk.state != ChunkState::live || chunk.user.empty()) return;
        std::uint8_t owner = nobody;
        if (const std::uint8_t* byte = map_.find(chunk.at)) {
            owner = *byte & static_cast<std::uint8_t>(~upper_half);
        } else if (!search_.tally.is_tracked(chunk)) {
            if (const FileRange* file = search_.tally.first_file(chunk)) owner = numbers_.of(file->file);
        }
        if (owner == nobody) return;
        words(chunk.user, owner);
        const std::uint64_t user = chunk.at + chunk_header_bytes;
        if (chunk.user.size() < chunk.usable())
            range(range_of(user + chunk.user.size() / 8 * 8, user + chunk.usable()), owner);
    }

    // All resident words of a range of the target.
    void range(Range wanted, std::uint8_t owner) {
        for (const Range& run : memory_.resident_runs(wanted)) {
            for (std::uint64_t at = run.begin.value; at < run.end.value;) {
                const auto bytes = rest_.from(at, 8, run.end.value);
                if (bytes.size() < 8) break;
                words(bytes, owner);
                at += bytes.size() / 8 * 8;
            }
        }
    }
    [[nodiscard]] std::uint64_t given() const { return given_; }

  private:
    void words(std::span<const std::byte> bytes, std::uint8_t owner) {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            const std::uint64_t word = word_at(bytes, at);
            if (!map_.may_point(word)) continue;
            std::uint8_t* byte = map_.find(word - chunk_header_bytes);
            if (byte == nullptr || (*byte & static_cast<std::uint8_t>(~upper_half)) != nobody) continue;
            *byte = static_cast<std::uint8_t>((*byte & upper_half) | owner);
            ++given_;
        }
    }

    const PointerSearch& search_;
    TargetMemory& memory_;
    BlockMap& map_;
    OwnerNumbers& numbers_;
    ChunkWindow rest_;
    std::uint64_t given_ = 0;
};

struct Sums : IgnoreRegions {
    Sums(BlockMap& of, const OwnerNumbers& known) : map(of), numbers(known) {}
    void chunk(const Chunk& chunk) {
        if (chunk.state != ChunkState::live) return;
        const std::uint8_t* byte = map.find(chunk.at);
        if (byte == nullptr) return;
        const std::uint8_t owner = *byte & static_cast<std::uint8_t>(~upper_half);
        if (owner < first_owner) return;
        ChunkSum& sum = sums[{numbers.file(owner), chunk.usable()}];
        sum += ChunkSum{1, Bytes(chunk.size), Bytes(chunk.resident)};
    }
    BlockMap& map;
    const OwnerNumbers& numbers;
    std::map<std::pair<std::uint32_t, std::uint64_t>, ChunkSum> sums;
};

}  // namespace

std::vector<PointedBlocks> find_pointed_blocks(const PointerSearch& search, TargetMemory& memory) {
    BlockMap map;
    Seekers seekers(search, map, memory);
    walk_chunks(search.heap, search.free, memory, search.bounds, seekers);
    OwnerNumbers numbers;
    for (int i = 0; i < most_passes && seekers.count > 0; ++i) {
        Pass pass(search, memory, map, numbers);
        if (i == 0) {
            for (const FileRange& data : search.data) pass.range(data.range, numbers.of(data.file));
        }
        walk_chunks(search.heap, search.free, memory, search.bounds, pass);
        if (pass.given() == 0) break;
    }
    Sums sums(map, numbers);
    walk_chunks(search.heap, search.free, memory, search.bounds, sums);
    std::vector<PointedBlocks> found;
    found.reserve(sums.sums.size());
    for (const auto& [key, sum] : sums.sums) found.push_back({key.first, key.second, sum});
    return found;
}

}  // namespace nmtx
