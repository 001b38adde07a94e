// The whole walk: from where malloc's memory may lie to the figures of MallocWalk.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "allocator/block_holders.h"
#include "allocator/block_tally.h"
#include "allocator/chunk_walk.h"
#include "allocator/glibc_heap.h"
#include "allocator/malloc_walk.h"
#include "base/target_files.h"
#include "base/target_memory.h"

namespace nmtx {

struct MallocRequest {
    std::string allocator;  // by the files that are mapped
    bool hotspot = false;   // a HotSpot JVM runs in the process
    GlibcSearch search;
    NmtHeaders headers = NmtHeaders::none;
    bool headers_may_be_older = false;  // where none bears the canary, look for those without
    std::size_t tags = 0;               // how many tags NMT's headers may bear
    // Names of the tags, by what was found of each.
    std::function<std::vector<std::string>(std::span<const TagSum>)> name_tags;
    std::vector<MappedFile> files;
    std::vector<FileRange> file_ranges;   // ascending and disjoint; indices into files
    std::vector<FileRange> library_data;  // writable data of the files and their .bss; likewise
    WalkBounds bounds;
    bool owners = false;    // look for what holds the blocks
    HolderRequest holders;  // then: where to look
};

// The heap, with what of its regions is resident asked for already: lists jump all over them. Without a
// layout where none was found.
GlibcHeap find_heap_to_walk(const MallocRequest& request, TargetMemory& memory);
// Freed chunks of it that look in use.
FreeChunks find_free_chunks_of(const MallocRequest& request, const GlibcHeap& heap, TargetMemory& memory);

MallocWalk walk_malloc(const MallocRequest& request, TargetMemory& memory, TargetFiles& files);

}  // namespace nmtx
