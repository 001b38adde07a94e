#include "findings/figures/zlib_use.h"

#include <algorithm>
#include <array>

namespace nmtx {

ZlibUse zlib_use(const MallocWalk& walk) {
    // As allocator/zlib_blocks.h names them.
    constexpr std::array<std::string_view, 5> kinds{"z_stream", "inflate state", "inflate window",
                                                    "deflate state", "deflate buffer"};
    ZlibUse use;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (std::find(kinds.begin(), kinds.end(), entry.kind) == kinds.end()) continue;
        use.resident += entry.chunks.resident;
        if (entry.kind == "z_stream") use.z_streams += entry.chunks.blocks;
        if (entry.kind == "inflate state") use.inflaters += entry.chunks.blocks;
        if (entry.kind == "deflate state") use.deflaters += entry.chunks.blocks;
    }
    return use;
}

}  // namespace nmtx
