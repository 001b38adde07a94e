#include "findings/figures/zlib_use.h"

#include "allocator/zlib_blocks.h"

namespace nmtx {

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

}  // namespace nmtx
