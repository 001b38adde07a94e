// glibc's heaps of 64 MiB by their mappings, and what looks like them.
#include "ledger/claims/arena_shape.h"

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t base = 0x7f1000000000;

void add(Smaps& smaps, std::uint64_t begin, Bytes size, bool usable) {
    Mapping mapping;
    mapping.range = {{begin}, Address{begin} + size};
    mapping.protection.read = mapping.protection.write = usable;
    smaps.mappings.push_back(mapping);
}

Range heap_at(std::uint64_t begin) {
    return {{begin}, Address{begin} + mib(64)};
}

}  // namespace

TEST_CASE("arena heaps: in use in part, nearly full behind another, and full") {
    Smaps smaps;
    add(smaps, base, kib(65524), true);
    add(smaps, base + mib(64).value() - 12 * 1024, kib(12), false);
    add(smaps, base + mib(64).value(), mib(8), true);
    add(smaps, base + mib(72).value(), mib(56), false);
    add(smaps, base + mib(192).value(), mib(64), true);
    const auto heaps = arena_heaps_by_shape(smaps);
    CHECK(heaps ==
          std::vector{heap_at(base), heap_at(base + mib(64).value()), heap_at(base + mib(192).value())});
}

TEST_CASE("arena heaps: full ones that the kernel merged, where others are not full") {
    Smaps smaps;
    add(smaps, base, mib(150), true);
    add(smaps, base + mib(150).value(), mib(42), false);
    CHECK(arena_heaps_by_shape(smaps).empty());
    add(smaps, base + mib(256).value(), mib(1), true);
    add(smaps, base + mib(257).value(), mib(63), false);
    CHECK(arena_heaps_by_shape(smaps).size() == 4);
}

TEST_CASE("arena heaps: no class space, no cage of a browser's engine, nothing at low addresses") {
    Smaps smaps;
    add(smaps, 0xc000000000, mib(64), true);  // Go
    add(smaps, base, mib(20), true);          // 1 GiB for classes
    add(smaps, base + mib(20).value(), mib(1004), false);
    add(smaps, base + mib(2048).value(), mib(32768), true);
    CHECK(arena_heaps_by_shape(smaps).empty());
}
