#include "allocator/block_owners.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "allocator/loader_blocks.h"
#include "base/paths.h"

namespace nmtx {
namespace {

constexpr std::size_t most_symbols_a_file = 4096;
constexpr std::size_t most_rows = 64;
constexpr std::size_t most_sizes = 32;
constexpr std::size_t most_kind_characters = 160;

struct Named {
    std::string kind;
    std::string_view evidence;
};

Named named(const std::optional<FileSymbol>& symbol, bool code) {
    constexpr std::string_view vtable = "vtable for ";
    if (!symbol) return {"", code ? "code pointer" : "data pointer"};
    std::string kind = symbol->name;
    if (symbol->vtable && kind.starts_with(vtable)) kind.erase(0, vtable.size());
    if (kind.size() > most_kind_characters) kind.resize(most_kind_characters);
    return {std::move(kind), symbol->vtable ? "vtable" : code ? "code pointer" : "data pointer"};
}

bool more_bytes(const UntrackedOwner& a, const UntrackedOwner& b) {
    if (a.chunks.bytes != b.chunks.bytes) return a.chunks.bytes > b.chunks.bytes;
    return std::tie(a.owner, a.kind, a.block) < std::tie(b.owner, b.kind, b.block);
}

// Blocks by usable size that have no owner yet. Evidence of another moment, or forged, may speak of blocks
// that the walk did not meet: no more is given than there is.
class Unowned {
  public:
    explicit Unowned(const std::vector<SizeClass>& sizes) {
        for (const SizeClass& size : sizes) left_[size.block.value()] += size.chunks;
    }

    ChunkSum take(std::uint64_t usable, const ChunkSum& wanted) {
        const auto found = left_.find(usable);
        if (found == left_.end() || found->second.blocks == 0 || wanted.blocks == 0) return {};
        ChunkSum& left = found->second;
        ChunkSum taken = left;
        if (wanted.blocks < left.blocks) {
            // All chunks of one usable size are of one size.
            taken.blocks = wanted.blocks;
            taken.bytes = Bytes(left.bytes.value() / left.blocks * wanted.blocks);
            taken.resident = std::min(wanted.resident, left.resident);
        }
        left.blocks -= taken.blocks;
        left.bytes = minus_or_zero(left.bytes, taken.bytes);
        left.resident = minus_or_zero(left.resident, taken.resident);
        return taken;
    }

    [[nodiscard]] std::vector<SizeClass> rest() const {
        std::vector<SizeClass> rest;
        for (const auto& [usable, sum] : left_) {
            if (sum.blocks > 0) rest.push_back({Bytes(usable), sum});
        }
        std::stable_sort(rest.begin(), rest.end(), [](const SizeClass& a, const SizeClass& b) {
            return a.chunks.bytes > b.chunks.bytes;
        });
        return rest;
    }

  private:
    std::map<std::uint64_t, ChunkSum> left_;
};

class OwnerSums {
  public:
    OwnerSums(Unowned& unowned, const BlockTally& tally, const std::vector<MappedFile>& mapped,
              TargetFiles& files)
        : unowned_(unowned), tally_(tally), mapped_(mapped), files_(files), loader_(loader_of(mapped)) {}

    void add(const std::vector<FirstWord>& words) {
        std::map<std::uint32_t, std::vector<FirstWord>> by_file;
        for (const FirstWord& word : words) {
            if (const FileRange* range = tally_.file_of(word.word)) by_file[range->file].push_back(word);
        }
        for (auto& [file, of_file] : by_file) add_file(mapped_[file], of_file);
    }

    void add(const std::vector<ZlibBlock>& blocks) {
        for (const ZlibBlock& block : blocks) {
            const FileRange* range = tally_.file_of(block.zalloc);
            if (range == nullptr) continue;
            add(mapped_[range->file], std::string(block.kind), block.usable, "shape",
                {1, Bytes(block.size), Bytes(block.resident)});
        }
    }

    void add(const std::vector<HeldBlocks>& blocks) {
        for (const HeldBlocks& block : blocks)
            add(block.owner, block.kind, block.usable, block.evidence, block.chunks);
    }

    std::vector<UntrackedOwner> owners() && {
        std::vector<UntrackedOwner> found;
        found.reserve(sums_.size());
        for (auto& [key, owner] : sums_) found.push_back(std::move(owner));
        return found;
    }

  private:
    // The symbols of the words that stand for most bytes; all others of the file go by the file alone.
    void add_file(const MappedFile& file, std::vector<FirstWord>& words) {
        std::sort(words.begin(), words.end(),
                  [](const FirstWord& a, const FirstWord& b) { return a.chunks.bytes > b.chunks.bytes; });
        std::vector<Address> addresses;
        for (std::size_t i = 0; i < std::min(words.size(), most_symbols_a_file); ++i)
            addresses.push_back({words[i].word});
        std::vector<std::optional<FileSymbol>> symbols = files_.symbols(file, addresses);
        symbols.resize(words.size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            const FileRange* range = tally_.file_of(words[i].word);
            const Named name = named(symbols[i], range != nullptr && range->code);
            const bool image = is_load_address(words[i].word, file);
            const bool of_loader = image && loader_ && words[i].usable >= least_link_map;
            add(of_loader ? mapped_[*loader_] : file, image ? "link_map" : name.kind, words[i].usable,
                image ? "load address" : name.evidence, words[i].chunks);
        }
    }

    // The same owner of the same size by several pieces of evidence is several rows.
    void add(const MappedFile& file, const std::string& kind, std::uint64_t usable, std::string_view evidence,
             const ChunkSum& blocks) {
        add(std::string(base_name(without_deleted_mark(file.path))), kind, usable, evidence, blocks);
    }
    void add(const std::string& name, const std::string& kind, std::uint64_t usable,
             std::string_view evidence, const ChunkSum& blocks) {
        const ChunkSum taken = unowned_.take(usable, blocks);
        if (taken.blocks == 0) return;
        UntrackedOwner& owner = sums_[{name, kind, std::string(evidence), usable}];
        owner.owner = name;
        owner.kind = kind;
        owner.evidence = evidence;
        owner.block = Bytes(usable);
        owner.chunks += taken;
    }

    Unowned& unowned_;
    const BlockTally& tally_;
    const std::vector<MappedFile>& mapped_;
    TargetFiles& files_;
    std::optional<std::uint32_t> loader_;
    std::map<std::tuple<std::string, std::string, std::string, std::uint64_t>, UntrackedOwner> sums_;
};

// Owners beyond the largest ones join: first those of one file, then all.
void join_small_ones(std::vector<UntrackedOwner>& owners) {
    if (owners.size() <= most_rows) return;
    std::sort(owners.begin(), owners.end(), more_bytes);
    std::map<std::string, UntrackedOwner> rest;
    for (std::size_t i = most_rows; i < owners.size(); ++i) {
        const auto [found, first] = rest.try_emplace(owners[i].owner);
        UntrackedOwner& owner = found->second;
        owner.owner = owners[i].owner;
        if (first) owner.evidence = owners[i].evidence;
        if (owner.evidence != owners[i].evidence) owner.evidence = "several kinds";
        owner.chunks += owners[i].chunks;
    }
    owners.resize(most_rows);
    for (auto& [name, owner] : rest) owners.push_back(std::move(owner));
}

}  // namespace

std::vector<SizeClass> largest_sizes(std::vector<SizeClass> sizes, std::size_t most) {
    if (sizes.size() <= most) return sizes;
    SizeClass rest;
    for (std::size_t i = most; i < sizes.size(); ++i) rest.chunks += sizes[i].chunks;
    sizes.resize(most);
    sizes.push_back(rest);
    return sizes;
}

std::vector<UntrackedOwner> owners_of_blocks(const BlockEvidence& evidence, const BlockTally& tally,
                                             const std::vector<MappedFile>& mapped, TargetFiles& files) {
    Unowned unowned(evidence.sizes);
    OwnerSums sums(unowned, tally, mapped, files);
    // A stream, its state and its buffers point at one another: that says more than one word which happens to
    // lead into a file, as what a block held before may.
    sums.add(evidence.zlib);
    sums.add(evidence.first_words);
    sums.add(evidence.held);
    std::vector<UntrackedOwner> owners = std::move(sums).owners();

    join_small_ones(owners);
    std::sort(owners.begin(), owners.end(), more_bytes);
    for (const SizeClass& size : largest_sizes(unowned.rest(), most_sizes)) {
        owners.push_back({"", "", "size", size.block, size.chunks});
    }
    return owners;
}

}  // namespace nmtx
