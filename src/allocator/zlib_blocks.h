// Blocks of zlib, recognised by their shape. zlib's windows and states have no pointers into a library, but a
// z_stream does (to its allocation functions), and it leads to the others. Source: zlib zlib.h (z_stream),
// inflate.h, deflate.h; the same since 1.2.
//
//   z_stream, 112 bytes   +56 state, +64 zalloc, +72 zfree: functions of libz or of a replacement
//   its state             +0 back to the z_stream; 7 KiB: inflate, with one window;
//                         6 KiB: deflate, with four buffers
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/malloc_walk.h"
#include "base/target_memory.h"

namespace nmtx {

inline constexpr std::uint64_t z_stream_bytes = 112;
inline constexpr std::size_t most_z_streams = 65536;

// Kinds of zlib's blocks, as UntrackedOwner::kind has them.
namespace zlib_kind {
inline constexpr std::string_view z_stream = "z_stream", inflate_state = "inflate state",
                                  inflate_window = "inflate window", deflate_state = "deflate state",
                                  deflate_buffer = "deflate buffer";
}

struct ZStream {
    std::uint64_t at = 0;     // of the user's bytes
    std::uint64_t state = 0;  // what its `state` points to
    std::uint64_t zalloc = 0;
};

// A block that belongs to a z_stream.
struct ZlibBlock {
    std::uint64_t at = 0;  // of the chunk
    std::uint64_t size = 0;
    std::uint64_t usable = 0;
    std::uint64_t resident = 0;
    std::string_view kind;  // of zlib_kind
    std::uint64_t zalloc = 0;
};

// The entry's blocks were recognised as zlib's.
bool is_zlib(const UntrackedOwner& entry);

// The blocks that belong together and are in the arenas; ascending, each block once. `arenas`: ascending,
// disjoint.
std::vector<ZlibBlock> find_zlib_blocks(const std::vector<ZStream>& streams, const std::vector<Range>& arenas,
                                        TargetMemory& memory);

}  // namespace nmtx
