// Walks made by hand, for those who stand behind one.
#pragma once

#include "allocator/malloc_walk.h"

namespace nmtx {

inline ChunkSum chunks(std::uint64_t blocks, Bytes bytes, Bytes resident) {
    return {blocks, bytes, resident};
}

// The process of the demo: JNI code keeps 177,719 blocks in two arenas, zlib some, glibc what was freed.
inline MallocWalk made_walk() {
    MallocWalk walk;
    walk.allocator = "glibc";
    walk.version = "2.36";
    walk.layout = "2.27 to 2.42";
    walk.headers = "canary";

    ArenaFigures main;
    main.state = {0x7f1000000c80};
    main.main = true;
    main.heaps = 1;
    main.system = main.reserved = kib(1024);
    main.resident = kib(1000);
    main.tracked = chunks(900, kib(500), kib(500));
    main.untracked = chunks(100, kib(100), kib(100));
    main.fast = chunks(20, kib(1), kib(1));
    main.top = chunks(1, kib(419), kib(395));
    main.overhead = chunks(3, kib(4), kib(4));

    ArenaFigures other = main;
    other.state = {0x7f2d54000030};
    other.main = false;
    other.heaps = 3;
    other.system = mib(180);
    other.reserved = mib(192);
    other.resident = mib(179);
    other.tracked = chunks(5000, mib(2), mib(2));
    other.untracked = chunks(177719, Bytes(177719 * 1024), Bytes(177719 * 1024));
    other.tcache = chunks(7, kib(7), kib(7));
    other.fast = {};
    other.binned = chunks(12, mib(4), mib(3));
    other.to_trim = mib(2);
    other.top = {};
    other.overhead = chunks(4, kib(4), kib(4));
    other.not_walked = kib(32);
    walk.arenas = {main, other};

    walk.mmapped_tracked = chunks(2, mib(32), mib(32));
    walk.mmapped_untracked = chunks(3, mib(6), mib(6));
    walk.mmapped_expected = mib(38);
    walk.regions = {{range_of(0x555500000000, 0x555500100000), RegionKind::main_arena, kib(1000)},
                    {range_of(0x7f2d54000000, 0x7f2d60000000), RegionKind::arena, mib(179)},
                    {range_of(0x7f2d60000000, 0x7f2d62600000), RegionKind::mmapped_chunk, mib(38)}};
    walk.tracked = {{"Other", mib(32), chunks(2, mib(32), mib(32))},
                    {"Internal", kib(2000), chunks(5900, mib(2) + kib(500), mib(2) + kib(500))}};
    walk.untracked = {{"libtarget.so", "", "data pointer", Bytes(1016),
                       chunks(177719, Bytes(177719 * 1024), Bytes(177719 * 1024))},
                      {"libtarget.so", "SessionObj", "vtable", Bytes(2000008), chunks(2, mib(4), mib(4))},
                      {"libz.so.1", "inflate window", "shape", Bytes(65544), chunks(1, mib(2), mib(2))},
                      {"", "", "size", Bytes(), chunks(100, kib(100), kib(100))}};
    walk.sizes = {{Bytes(1016), chunks(177719, Bytes(177719 * 1024), Bytes(177719 * 1024))},
                  {Bytes(), chunks(103, mib(6) + kib(100), mib(6) + kib(100))}};
    walk.notes = {"a bound was reached"};
    return walk;
}

}  // namespace nmtx
