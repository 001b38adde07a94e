// Who holds the blocks that NMT does not track: roots outside of them (the Java heap, the data of libraries,
// stacks, blocks of NMT's, other memory), and from there over the pointers in the blocks to all that hangs on
// them.
//
//   strong   Java heap · data of libraries      ─► pointers to the beginning of blocks, then into them
//   weak     blocks of NMT's · stacks · other   ─► for what is left
//   rest     blocks that show their library themselves, as roots of what they point to; then nobody's
//
// The walk that tallies the chunks has made the index of the blocks; their pointers are collected while the
// Java heap is searched.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "allocator/block_graph.h"
#include "allocator/block_index.h"
#include "allocator/block_tally.h"
#include "allocator/malloc_walk.h"
#include "base/address_filter.h"
#include "base/target_files.h"

namespace nmtx {

// From where native methods are: the library that a class calls, whose memory it may only look at.
namespace library_evidence {
inline constexpr const char* of_class = "native methods of the class";
inline constexpr const char* of_package = "native methods of its package";
}  // namespace library_evidence

// Takes what a scan of the Java heap finds.
class HeapFindings : public PointerTargets {
  public:
    // One for each kind and name, at most most_rows in all: beyond, they are one.
    virtual BlockGraph::Row row(HolderKind kind, const std::string& name) = 0;
    // The word at `from` is an address of a block, and belongs to that row.
    virtual void point(BlockGraph::Row row, Address from, std::uint64_t word) = 0;
    // Whose the blocks of a row are, by what its class shows; and by which evidence.
    virtual void set_library(BlockGraph::Row row, std::string library, std::string evidence) = 0;
    // Its heap_ fields are to be filled in.
    virtual BlockHolders& figures() = 0;
};

struct HolderRequest {
    // Scans it through that memory, which nobody else uses meanwhile; empty where there is no heap.
    std::function<void(HeapFindings&, TargetMemory&)> java_heap;
    Bytes java_heap_bytes;       // about so many
    std::vector<Range> stacks;   // ascending and disjoint; of each what is in use
    std::vector<Range> other;    // other writable memory, without malloc's and the Java heap
    std::optional<Address> why;  // the chain to this block is wanted
};

// A chunk that is a library's by its shape.
struct NamedChunk {
    std::uint64_t at = 0;
    std::uint32_t file = 0;  // index into the mapped files
};

struct HolderSearch {
    const GlibcHeap& heap;
    const BlockTally& tally;  // knows the files
    const BlockIndex& index;  // of all untracked blocks
    const std::vector<MappedFile>& files;
    std::vector<FileRange> data;    // writable data of libraries
    std::vector<NamedChunk> named;  // ascending
    const HolderRequest& request;
};

// Blocks of one size that one holder has and that do not show their library themselves.
struct HeldBlocks {
    std::string owner;     // a library, or where none is known what holds them; never empty
    std::string kind;      // what holds them; empty where a library's data or blocks do
    std::string evidence;  // "pointed to by", "Java heap"
    std::uint64_t usable = 0;
    ChunkSum chunks;
};

struct FoundHolders {
    BlockHolders holders;
    std::vector<HeldBlocks> blocks;
};

FoundHolders find_block_holders(const HolderSearch& search, TargetMemory& memory, TargetFiles& files);

}  // namespace nmtx
