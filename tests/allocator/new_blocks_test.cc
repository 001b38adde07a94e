#include "allocator/new_blocks.h"

#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

// A heap at one of two times; chunks of the same sizes lie at the same addresses.
struct HeapAtTime {
    PageMemory memory;
    ForgedHeap heap{layout_2_36, memory};

    std::uint64_t block(std::uint64_t size) { return heap.main.live(size) + chunk_header_bytes; }
    std::uint64_t block_of_hotspot(std::uint64_t size) {
        constexpr std::uint64_t canary = 0xe99e, tag = 3;
        const std::uint64_t user = block(size), requested = size - 8 - 18;
        memory.put(user, requested);
        memory.put(user + 8, canary << 48U | tag << 32U);
        constexpr std::array footer{std::byte{0xe8}, std::byte{0x8e}};
        memory.write(user + 16 + requested, footer);
        return user;
    }
    MallocRequest finish() {
        heap.main.end_with_top();
        heap.finish();
        MallocRequest request;
        request.search = heap.search();
        return request;
    }
};

}  // namespace

TEST_CASE("new blocks: those at addresses that had none are new, whatever came before") {
    HeapAtTime first, second;
    for (HeapAtTime* time : {&first, &second}) {
        for (int i = 0; i < 3; ++i) time->block(0x40);
    }
    first.heap.main.binned(0x90);
    const std::uint64_t refilled = second.block(0x90);
    const std::uint64_t kept = first.block(0x40);
    CHECK(second.block(0x40) == kept);
    const std::uint64_t added = second.block(0x40);
    first.block(0x400);
    const MallocRequest before_request = first.finish(), after_request = second.finish();
    const BlocksBefore before = blocks_before(before_request, false, first.memory);
    REQUIRE(before.why_not_walked.empty());
    const std::vector<std::uint64_t> asked{refilled, kept, added, added + 16};
    const BlocksAfter after = blocks_after(after_request, before, asked, false, second.memory);
    REQUIRE(after.why_not_walked.empty());
    CHECK(after.sizes.at(0x38).before == 4);
    CHECK(after.sizes.at(0x38).fresh + after.sizes.at(0x38).old == 5);
    CHECK(after.sizes.at(0x88).fresh == 1);
    CHECK(after.sizes.at(0x88).old == 0);
    CHECK(after.sizes.at(0x3f8).before == 1);
    CHECK(after.sizes.at(0x3f8).fresh + after.sizes.at(0x3f8).old == 0);
    REQUIRE(after.found.size() == 3);
    CHECK(after.found[0].address == refilled);
    CHECK(after.found[0].usable == 0x88);
    CHECK(after.found[2].address == added);
}

TEST_CASE("new blocks: those with NMT's header count only where libjvm.so's calls do") {
    HeapAtTime first, second;
    first.block(0x40);
    second.block(0x40);
    second.block_of_hotspot(0x60);
    second.block(0x60);
    const MallocRequest before_request = first.finish(), after_request = second.finish();
    for (const bool with_jvm : {false, true}) {
        const BlocksBefore before = blocks_before(before_request, with_jvm, first.memory);
        const BlocksAfter after = blocks_after(after_request, before, {}, with_jvm, second.memory);
        CHECK(after.sizes.at(0x58).fresh == (with_jvm ? 2 : 1));
    }
}

TEST_CASE("new blocks: a free chunk is seen by itself, one in use is not") {
    HeapAtTime time;
    const std::uint64_t used = time.block(0x40);
    const std::uint64_t freed = time.heap.main.binned(0x90) + chunk_header_bytes;
    const std::uint64_t behind = time.block(0x40);
    const std::uint64_t cached = time.block(0x50);
    constexpr std::uint64_t key = 0x1234567890abcdef;
    time.memory.put(cached + 8, key);
    time.finish();
    const WordSet keys({key});
    const std::vector<std::uint64_t> asked{used, freed, behind, cached, cached + 0x10000000};
    CHECK(freed_blocks(asked, keys, time.memory) == std::vector<std::uint64_t>{freed, cached});
    CHECK(freed_blocks(asked, WordSet(), time.memory) == std::vector<std::uint64_t>{freed});
}

TEST_CASE("new blocks: addresses near and far from each other are remembered") {
    AddressMap map;
    for (const std::uint64_t address : {0x10000U, 0x10010U, 0x1fff0U, 0x90000U}) CHECK(map.add(address));
    AddressMap::Lookup lookup(map);
    CHECK(lookup.contains(0x10010));
    CHECK(lookup.contains(0x90000));
    CHECK(lookup.contains(0x1fff0));
    CHECK_FALSE(lookup.contains(0x10020));
    CHECK_FALSE(lookup.contains(0x20000));
    CHECK_FALSE(lookup.contains(0x7f0000000000));
}
