#include "malloc/live_walk.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "allocator/chunk_walk.h"
#include "kernel/mappings/smaps.h"
#include "kernel/status.h"
#include "platform/memory/live_memory.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"

namespace nmtx::test {
namespace {

template <typename T>
T must(Expected<T> value) {
    if (!value) throw std::runtime_error(value.error().what);
    return std::move(*value);
}

bool is_libc(std::string_view name) {
    return name.ends_with("/libc.so.6") || (name.find("/libc-2.") != name.npos && name.ends_with(".so"));
}

// What the library says of itself: "GNU C Library (…) stable release version 2.36."
std::optional<std::string> release_of(const std::string& library) {
    std::ifstream file(library, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    static const std::string banner = " release version 2.";
    const auto at = bytes.find(banner);
    if (at == std::string::npos) return std::nullopt;
    const auto digits = at + banner.size();
    return "2." + bytes.substr(digits, bytes.find_first_not_of("0123456789", digits) - digits);
}

GlibcSearch search_in(const Smaps& smaps, const Glibc& glibc) {
    GlibcSearch search;
    Address end_of_libc;
    for (const Mapping& mapping : smaps.mappings) {
        const Protection p = mapping.protection;
        const bool bss = mapping.anonymous_mapping() && mapping.range.begin == end_of_libc;
        if (p.shared || !p.read || !p.write) continue;
        if (is_libc(mapping.name) || bss) {
            search.libc_data.push_back(mapping.range);
            end_of_libc = mapping.range.end;
            if (!bss)
                search.release = release_of(glibc.chroot.empty() || mapping.name.starts_with(glibc.chroot)
                                                ? std::string(mapping.name)
                                                : glibc.chroot + std::string(mapping.name));
        } else if (mapping.name == "[heap]") {
            search.brk = search.brk ? Range{search.brk->begin, mapping.range.end} : mapping.range;
        } else if (mapping.anonymous_mapping() && mapping.rss > Bytes()) {
            search.candidates.push_back(mapping.range);
        } else if (mapping.anonymous_hugetlb() && mapping.private_hugetlb > Bytes()) {
            search.candidates.push_back(mapping.range);
            search.beside_rss.push_back(mapping.range);
        }
    }
    return search;
}

struct Recorder {
    LiveWalk& walk;
    void begin(const ChunkRegion& /*region*/, Bytes /*resident*/) {}
    void lost(const ChunkRegion& region, std::uint64_t bytes) {
        // What lies before the header of an aligned block that has a mapping of its own is nobody's.
        if (region.kind != RegionKind::mmapped_chunk) walk.not_walked_bytes += bytes;
    }
    void chunk(const Chunk& chunk) {
        walk.chunks.push_back({chunk.at, chunk.size, chunk.usable(), chunk.arena, chunk.state});
    }
};

}  // namespace

std::uint64_t LiveWalk::live_bytes() const {
    std::uint64_t sum = 0;
    for (const MetChunk& chunk : chunks) sum += chunk.state == ChunkState::live ? chunk.size : 0;
    return sum;
}

const MetChunk* LiveWalk::at(std::uint64_t header) const {
    const auto it = std::lower_bound(chunks.begin(), chunks.end(), header,
                                     [](const MetChunk& chunk, std::uint64_t at) { return chunk.at < at; });
    return it != chunks.end() && it->at == header ? &*it : nullptr;
}

LiveWalk walk_live(std::uint64_t pid, const Glibc& glibc) {
    const ProcessFiles process = must(ProcessFiles::open(pid));
    const std::string text = must(process.read_large("smaps"));
    const Smaps smaps = must(parse_smaps(text));
    LiveMemory memory(process, must(PageResidency::open(process)));
    GlibcSearch search = search_in(smaps, glibc);
    search.shapes = find_malloc_layout(search.candidates, memory);
    LiveWalk walk;
    walk.heap = find_glibc_heap(search, memory);
    if (walk.heap.layout == nullptr) return walk;
    const WalkBounds bounds;
    const FreeChunks free =
        find_free_chunks(walk.heap, find_caches(walk.heap, memory, bounds), memory, bounds);
    Recorder recorder{walk};
    walk_chunks(walk.heap, free, memory, bounds, recorder);
    return walk;
}

ResidentPages resident_pages(std::uint64_t pid) {
    const ProcessFiles process = must(ProcessFiles::open(pid));
    const std::string text = must(process.read_large("smaps"));
    const Smaps smaps = must(parse_smaps(text));
    PageResidency residency = must(PageResidency::open(process));
    std::vector<Range> mappings;
    for (const Mapping& mapping : smaps.mappings) mappings.push_back(mapping.range);
    ResidentPages pages;
    pages.present = residency.of(mappings).present;
    std::ifstream statm(process.path("statm"));
    std::uint64_t size = 0;
    statm >> size >> pages.statm_pages;
    return pages;
}

}  // namespace nmtx::test
