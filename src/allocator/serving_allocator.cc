#include "allocator/serving_allocator.h"

#include <utility>

namespace nmtx {
namespace {

// A JVM that has just started has some ten thousand blocks. Where the headers of NMT have no canary, one in a
// thousand foreign blocks may look like one of its.
constexpr std::uint64_t many_blocks = 256;
constexpr Bytes in_use = mib(1);

bool jvm_has_its_blocks_here(const MallocWalk& walk) {
    if (walk.live_tracked().blocks >= many_blocks) return true;
    // Where NMT is off: objects of the JVM's classes, by their vtables.
    std::uint64_t blocks = 0;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.owner == "libjvm.so") blocks += entry.chunks.blocks;
    }
    return blocks >= many_blocks;
}

}  // namespace

void settle_serving_allocator(MallocWalk& walk, bool hotspot) {
    const bool of_c_library = walk.allocator.empty() || walk.allocator == "glibc" ||
                              walk.allocator == "musl" || walk.allocator == "unknown";
    if (!of_c_library && walk.walked()) {
        const Bytes live = walk.live_tracked().bytes + walk.live_untracked().bytes;
        if (hotspot ? jvm_has_its_blocks_here(walk) : live >= in_use) {
            walk.also_present = std::exchange(walk.allocator, "glibc");
        } else if (live != Bytes()) {
            walk.also_present = "glibc";
        }
    }
    if (walk.allocator != "glibc") walk.version.clear();
}

}  // namespace nmtx
