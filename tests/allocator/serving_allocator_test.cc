#include "allocator/serving_allocator.h"

#include "catch.h"

using namespace nmtx;

namespace {

// A walk by whose mapped files jemalloc would serve malloc.
MallocWalk with_jemalloc() {
    MallocWalk walk;
    walk.allocator = "jemalloc";
    walk.version = "2.36";
    walk.arenas.resize(2);
    return walk;
}

ChunkSum chunks(std::uint64_t blocks, Bytes bytes) {
    return {blocks, bytes, bytes};
}

MallocWalk settled(MallocWalk walk, bool hotspot) {
    settle_serving_allocator(walk, hotspot);
    return walk;
}

}  // namespace

TEST_CASE("serving allocator: glibc where NMT's blocks lie in its arenas, and the other is also present") {
    MallocWalk walk = with_jemalloc();
    walk.arenas[1].tracked = chunks(12000, mib(9));
    walk = settled(walk, true);
    CHECK(walk.allocator == "glibc");
    CHECK(walk.version == "2.36");
    CHECK(walk.also_present == "jemalloc");
    CHECK(settled(walk, true) == walk);
}

TEST_CASE("serving allocator: without NMT objects of the JVM's classes tell") {
    MallocWalk walk = with_jemalloc();
    walk.arenas[0].untracked = chunks(20000, mib(20));
    walk.untracked = {{"libjvm.so", "Monitor", "vtable", Bytes(120), chunks(700, kib(90))},
                      {"", "", "size", Bytes(24), chunks(19300, mib(19))}};
    CHECK(settled(walk, true).allocator == "glibc");
    walk.untracked[0].chunks.blocks = 3;
    CHECK(settled(walk, true).allocator == "jemalloc");
}

TEST_CASE(
    "serving allocator: a preloaded one serves, whatever little glibc has; its version is not glibc's") {
    MallocWalk walk = with_jemalloc();
    CHECK(settled(walk, true).allocator == "jemalloc");
    CHECK(settled(walk, true).version.empty());
    CHECK(settled(walk, true).also_present.empty());
    // Where NMT's headers have no canary, a few blocks of others look like the JVM's.
    walk.arenas[0].tracked = chunks(3, kib(1));
    walk.arenas[0].untracked = chunks(900, mib(2));
    CHECK(settled(walk, true).allocator == "jemalloc");
    CHECK(settled(walk, true).also_present == "glibc");
    walk.why_not_walked = "glibc's malloc has taken no memory";
    CHECK(settled(walk, true).also_present.empty());
}

TEST_CASE("serving allocator: in another program glibc serves where it holds a megabyte or more") {
    MallocWalk walk = with_jemalloc();
    walk.arenas[0].untracked = chunks(900, kib(900));
    CHECK(settled(walk, false).allocator == "jemalloc");
    walk.arenas[0].untracked = chunks(900, mib(2));
    CHECK(settled(walk, false).allocator == "glibc");
}

TEST_CASE("serving allocator: where no other is mapped nothing changes") {
    for (const char* allocator : {"glibc", "musl", "unknown", ""}) {
        MallocWalk walk = with_jemalloc();
        walk.allocator = allocator;
        walk.arenas[1].tracked = chunks(12000, mib(9));
        CHECK(settled(walk, true).allocator == allocator);
        CHECK(settled(walk, true).also_present.empty());
    }
}
