#include "allocations/lifetimes.h"

#include <cmath>
#include <random>
#include <vector>

#include "catch.h"

using namespace nmtx;

TEST_CASE("lifetimes: where all blocks are watched to their end, shares are those of the blocks") {
    std::vector<WatchedBlock> blocks;
    for (int i = 1; i <= 100; ++i) blocks.push_back({1.0, i * 0.001, 1});
    const Lifetimes lives = lifetimes_of(blocks);
    CHECK(lives.watched == 100);
    CHECK(lives.freed == 100);
    CHECK(lives.horizon_s == 1.0);
    CHECK(lives.freed_share == Approx(1));
    CHECK(lives.half_s.value() == Approx(0.050));
    CHECK(lives.nine_tenths_s.value() == Approx(0.090));
}

TEST_CASE("lifetimes: blocks that nobody frees have no quantiles, and too few blocks tell nothing") {
    std::vector<WatchedBlock> blocks(50, WatchedBlock{0.1, -1, 3});
    const Lifetimes leak = lifetimes_of(blocks);
    CHECK(leak.freed == 0);
    CHECK(leak.horizon_s == Approx(0.1));
    CHECK(leak.freed_share == 0);
    CHECK_FALSE(leak.half_s);
    blocks.resize(9);
    CHECK(lifetimes_of(blocks).horizon_s == 0);
    CHECK(lifetimes_of(std::vector<WatchedBlock>()).watched == 0);
    // Freed after its window: it was not seen.
    CHECK(lifetimes_of(std::vector(20, WatchedBlock{0.1, 0.2, 1})).freed == 0);
}

TEST_CASE("lifetimes: what windows cut off does not make lives shorter") {
    // Lives of 100 ms on average, in windows of 150 ms, at random times of them.
    std::mt19937_64 random(5);
    std::exponential_distribution<double> life(10);
    std::uniform_real_distribution<double> begin(0, 0.150);
    std::vector<WatchedBlock> blocks;
    for (int i = 0; i < 20'000; ++i) {
        const double could = 0.150 - begin(random), lived = life(random);
        blocks.push_back({could, lived <= could ? lived : -1, 1});
    }
    const Lifetimes lives = lifetimes_of(blocks);
    CHECK(lives.horizon_s > 0.14);
    CHECK(lives.horizon_s <= 0.150);
    CHECK(lives.half_s.value() == Approx(0.1 * std::log(2.0)).epsilon(0.05));
    CHECK_FALSE(lives.nine_tenths_s);
    CHECK(lives.freed_share == Approx(1 - std::exp(-10 * lives.horizon_s)).epsilon(0.05));
}

TEST_CASE("lifetimes: a block counts by its weight") {
    std::vector<WatchedBlock> blocks;
    for (int i = 0; i < 20; ++i) blocks.push_back({1, 0.001, 1});
    for (int i = 0; i < 20; ++i) blocks.push_back({1, -1, 3});
    const Lifetimes lives = lifetimes_of(blocks);
    CHECK(lives.freed_share == Approx(0.25));
    CHECK_FALSE(lives.half_s);
}

TEST_CASE("ends of blocks: of an address each block ends with the first event behind its birth") {
    EndsOfBlocks ends;
    // Threads one after the other: not in the order of time.
    ends.note(0x20, 900'000'000);
    ends.note(0x10, 700'000'000);
    ends.note(0x10, 300'000'000);
    ends.note(0x30, 400'000'000);
    ends.note(0, 350'000'000);
    // That a block is given out is noted, too: it is not its own end.
    ends.note(0x10, 100'000'000);
    ends.keep_only({0x10, 0x20});
    const std::uint64_t until = 800'000'000;
    CHECK(ends.lived_s(0x10, 100'000'000, until) == Approx(0.2));
    CHECK(ends.lived_s(0x10, 500'000'000, until) == Approx(0.2));
    CHECK(ends.lived_s(0x10, 700'000'000, until) < 0);
    // Freed behind the window's end; not asked for.
    CHECK(ends.lived_s(0x20, 100'000'000, until) < 0);
    CHECK(ends.lived_s(0x30, 100'000'000, until) < 0);
    ends.clear();
    CHECK(ends.lived_s(0x10, 100'000'000, until) < 0);
    CHECK_FALSE(ends.full());
}
