#include "findings/figures/zlib_use.h"

#include "allocator/zlib_blocks.h"
#include "findings/figures/native_libraries.h"

namespace nmtx {
namespace {

constexpr Bytes least = mib(16);
constexpr std::uint64_t few_streams = 100;

}  // namespace

ZlibUse zlib_use(const MallocWalk& walk) {
    ZlibUse use;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (!is_zlib(entry)) continue;
        use.resident += entry.chunks.resident;
        if (entry.kind == zlib_kind::z_stream) use.z_streams += entry.chunks.blocks;
        if (entry.kind == zlib_kind::inflate_state) use.inflaters += entry.chunks.blocks;
        if (entry.kind == zlib_kind::deflate_state) use.deflaters += entry.chunks.blocks;
    }
    return use;
}

bool stands_out(const ZlibUse& use, const ProcessView& view, Bytes rss) {
    return use.resident >= least && use.resident.value() >= rss.value() / 20 &&
           use.streams() >= few_streams && (maps_library(view, "libzip.so") || maps_library(view, "libz.so"));
}

}  // namespace nmtx
