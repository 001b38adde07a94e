// The walk held against a program that knows each of its blocks by address, and against malloc_info.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "catch.h"
#include "findings/judgement/judgement.h"
#include "huge_pages.h"
#include "malloc/blocks_program.h"
#include "malloc/live_walk.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

const std::vector<BlocksSetup>& setups() {
    static const std::string one_arena = "MALLOC_ARENA_MAX=1";
    static const std::vector<BlocksSetup> all{
        {"1 thread", {"blocks=40000"}, {}},
        {"1 thread, nothing freed", {"rounds=0", "sizes=small"}, {}},
        {"8 threads, small", {"threads=8", "blocks=20000", "sizes=small"}, {}},
        {"8 threads, large", {"threads=8", "blocks=300", "sizes=large"}, {}},
        {"64 threads", {"threads=64", "blocks=4000", "sizes=small", "realloc=1"}, {}},
        {"8 threads, everything",
         {"threads=8", "blocks=4000", "realloc=1", "aligned=1", "big=1", "untouched=1", "trim=1"},
         {}},
        {"one arena, 8 threads", {"threads=8", "blocks=4000", "aligned=1", "realloc=1"}, {one_arena}},
        {"one arena, brk blocked", {"threads=4", "blocks=10000", "noncontiguous=1"}, {one_arena}},
        {"brk blocked and free again", {"blocks=40000", "noncontiguous=1", "aligned=1"}, {}},
        {"brk blocked, threads", {"threads=8", "blocks=20000", "noncontiguous=1", "realloc=1", "big=1"}, {}},
        {"foreign sbrk", {"blocks=40000", "noncontiguous=2"}, {}},
        {"blocks larger than a heap, no mmap", {"threads=4", "blocks=1000", "big=2"}, {}},
        {"everything mmapped",
         {"threads=2", "blocks=500", "sizes=large", "aligned=1"},
         {"MALLOC_MMAP_THRESHOLD_=16384"}},
        {"freed memory overwritten", {"threads=2", "blocks=10000"}, {"MALLOC_PERTURB_=165"}},
        {"no thread cache", {"threads=4", "sizes=small"}, {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0"}},
        {"large thread cache",
         {"threads=4", "sizes=small", "rounds=5"},
         {"GLIBC_TUNABLES=glibc.malloc.tcache_count=100"}},
        {"no thread cache, large fastbins",
         {"threads=4", "sizes=small"},
         {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=160"}},
        {"objects", {"threads=2", "blocks=1000", "objects=5003x4999"}, {}},
    };
    return all;
}

bool uses_huge_pages(std::uint64_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("HugetlbPages:", 0) == 0) return line.find_first_of("123456789") != std::string::npos;
    }
    return false;
}

struct WalkVerdict {
    std::size_t missed = 0, called_free = 0, other_size = 0;
    std::string first_wrong;
};

// Each known block is met as live, and with the size that malloc_usable_size tells.
WalkVerdict judge(const KnownHeap& known, const LiveWalk& walk) {
    WalkVerdict verdict;
    for (const KnownBlock& block : known.blocks) {
        const MetChunk* chunk = walk.at(block.at - chunk_header_bytes);
        const bool live = chunk != nullptr && chunk->state == ChunkState::live;
        if (chunk == nullptr) {
            ++verdict.missed;
        } else if (!live) {
            ++verdict.called_free;
        } else if (chunk->usable != block.usable) {
            ++verdict.other_size;
        }
        if (verdict.first_wrong.empty() && (!live || chunk->usable != block.usable)) {
            verdict.first_wrong = fmt::format(
                "{:x} usable {} requested {} thread {}: state {} usable {} arena {}", block.at, block.usable,
                block.requested, block.thread, chunk == nullptr ? -1 : static_cast<int>(chunk->state),
                chunk == nullptr ? 0 : chunk->usable, chunk == nullptr ? 0 : chunk->arena);
        }
    }
    return verdict;
}

// Live chunks that the program does not know of, by their size.
std::map<std::uint64_t, std::size_t> not_its_own(const KnownHeap& known, const LiveWalk& walk) {
    std::map<std::uint64_t, std::size_t> sizes;
    for (const MetChunk& chunk : walk.chunks) {
        if (chunk.state != ChunkState::live) continue;
        const auto it =
            std::lower_bound(known.blocks.begin(), known.blocks.end(), chunk.at + chunk_header_bytes,
                             [](const KnownBlock& block, std::uint64_t at) { return block.at < at; });
        if (it == known.blocks.end() || it->at != chunk.at + chunk_header_bytes) ++sizes[chunk.size];
    }
    return sizes;
}

// What malloc_info would say of the arenas that the walk saw.
std::vector<KnownArena> arenas_of(const LiveWalk& walk) {
    std::vector<KnownArena> arenas(walk.heap.arenas.size());
    for (std::size_t i = 0; i < arenas.size(); ++i) arenas[i].system = walk.heap.arenas[i].system.value();
    for (const MetChunk& chunk : walk.chunks) {
        if (chunk.arena == mmapped_arena) continue;
        KnownArena& arena = arenas.at(chunk.arena);
        if (chunk.state == ChunkState::fast) {
            arena.fast_count += 1;
            arena.fast_bytes += chunk.size;
        } else if (chunk.state == ChunkState::binned || chunk.state == ChunkState::top) {
            arena.rest_count += 1;
            arena.rest_bytes += chunk.size + (chunk.state == ChunkState::binned ? 1 : 0);
        }
    }
    return arenas;
}

std::size_t differing(const std::vector<KnownArena>& known, const std::vector<KnownArena>& walked,
                      std::string& first) {
    std::size_t count =
        known.size() > walked.size() ? known.size() - walked.size() : walked.size() - known.size();
    const auto text = [](const KnownArena& a) {
        return fmt::format("system {} fast {} of {} rest {} of {}", a.system, a.fast_count, a.fast_bytes,
                           a.rest_count, a.rest_bytes);
    };
    for (std::size_t i = 0; i < std::min(known.size(), walked.size()); ++i) {
        if (known[i] == walked[i]) continue;
        if (count == 0)
            first = fmt::format("arena {}: malloc_info {}; walk {}", i, text(known[i]), text(walked[i]));
        ++count;
    }
    return count;
}

std::size_t mmapped(const LiveWalk& walk) {
    return static_cast<std::size_t>(
        std::count_if(walk.chunks.begin(), walk.chunks.end(),
                      [](const MetChunk& chunk) { return chunk.arena == mmapped_arena; }));
}

bool disjoint(const LiveWalk& walk) {
    return std::adjacent_find(walk.chunks.begin(), walk.chunks.end(),
                              [](const MetChunk& a, const MetChunk& b) { return a.at + a.size > b.at; }) ==
           walk.chunks.end();
}

bool has_argument(const BlocksSetup& setup, const std::string& key) {
    return std::any_of(setup.arguments.begin(), setup.arguments.end(),
                       [&](const std::string& argument) { return argument.rfind(key, 0) == 0; });
}

bool shares_the_brk(const BlocksSetup& setup) {
    return has_argument(setup, "noncontiguous=2") ||
           std::any_of(setup.environment.begin(), setup.environment.end(),
                       [](const std::string& variable) { return variable.rfind("GLIBC_TUNABLES=", 0) == 0; });
}

std::size_t threads_of(const BlocksSetup& setup) {
    for (const std::string& argument : setup.arguments)
        if (argument.rfind("threads=", 0) == 0) return std::stoul(argument.substr(8));
    return 1;
}

}  // namespace

TEST_CASE(
    "malloc walk: no live block of an idle program is missed or called free, and arenas are what malloc_info "
    "says") {
    const Glibc glibc = glibc_under_test();
    for (const BlocksSetup& setup : setups()) {
        BlocksProgram program(glibc, setup);
        const KnownHeap& known = program.known();
        const LiveWalk walk = walk_live(program.pid(), glibc);
        INFO("glibc " << glibc.name << ": " << setup.name << ": " << walk.heap.why);
        if (walk.heap.layout == nullptr) {
            FAIL_CHECK("glibc's malloc was not found");
            continue;
        }
        const WalkVerdict verdict = judge(known, walk);
        INFO("first wrong: " << verdict.first_wrong);
        CHECK(verdict.missed == 0);
        CHECK(verdict.called_free == 0);
        CHECK(verdict.other_size == 0);
        CHECK(disjoint(walk));
        // What somebody else got from sbrk, the loader for its tunables too, shares a page with chunks.
        CHECK(walk.not_walked_bytes <= (shares_the_brk(setup) ? 4096U : 0U));

        std::string difference;
        const std::size_t arenas_that_differ = differing(known.arenas, arenas_of(walk), difference);
        INFO(difference);
        CHECK(arenas_that_differ == 0);
        CHECK(mmapped(walk) == known.mmapped_count);

        // Each thread has its table of thread-local storage, stdio one file; a library's loader and libstdc++
        // have some more.
        std::size_t others = 0, other_bytes = 0;
        for (const auto& [size, count] : not_its_own(known, walk)) {
            others += count;
            other_bytes += size * count;
        }
        const bool library = has_argument(setup, "objects=");
        CHECK(others <= threads_of(setup) + (library ? 100 : 16));
        CHECK(other_bytes <= threads_of(setup) * 400 + (library ? 131072 : 8192));
        fmt::print(
            "measured: glibc {:<4} {:<36} blocks {:>6} missed {} called free {} arenas {:>2} differing {} "
            "other live {:>3} of {} B\n",
            glibc.name, setup.name, known.blocks.size(), verdict.missed, verdict.called_free,
            known.arenas.size(), arenas_that_differ, others, other_bytes);
        CHECK(program.end() == 0);
    }
}

TEST_CASE("malloc walk: blocks in huge pages are found, and none of their bytes counts as resident") {
    const Glibc glibc = glibc_under_test();
    const HugePages pages(384);
    if (!pages.enough()) {
        WARN("no huge pages could be set aside: this is not tested");
        return;
    }
    // 2.35 and later take huge pages then, where a mapping is as large as one; 2.43 marks such chunks.
    const BlocksSetup setup{"huge pages",
                            {"blocks=400", "sizes=large", "aligned=1", "big=1"},
                            {"GLIBC_TUNABLES=glibc.malloc.hugetlb=2"}};
    BlocksProgram program(glibc, setup);
    const LiveWalk walk = walk_live(program.pid(), glibc);
    INFO("glibc " << glibc.name << ": " << walk.heap.why);
    REQUIRE(walk.heap.layout != nullptr);
    const WalkVerdict verdict = judge(program.known(), walk);
    INFO("first wrong: " << verdict.first_wrong);
    CHECK(verdict.missed == 0);
    CHECK(verdict.called_free == 0);
    CHECK(verdict.other_size == 0);
    CHECK(mmapped(walk) == program.known().mmapped_count);
    const auto beside = std::count_if(walk.heap.regions.begin(), walk.heap.regions.end(),
                                      [](const ChunkRegion& region) { return !region.in_rss; });
    CHECK((beside > 0) == uses_huge_pages(program.pid()));
    fmt::print("measured: glibc {:<4} huge pages: blocks {} missed {}, {} regions in huge pages\n",
               glibc.name, program.known().blocks.size(), verdict.missed, beside);
    CHECK(program.end() == 0);
}

TEST_CASE("malloc walk: no page of the target becomes resident") {
    const Glibc glibc = glibc_under_test();
    const BlocksSetup setup{
        "untouched",
        {"threads=8", "blocks=2000", "realloc=1", "aligned=1", "big=1", "untouched=1", "trim=1"},
        {}};
    BlocksProgram program(glibc, setup);
    const ResidentPages before = resident_pages(program.pid());
    const LiveWalk walk = walk_live(program.pid(), glibc);
    const ResidentPages after = resident_pages(program.pid());
    CHECK(walk.chunks.size() > program.known().blocks.size());
    CHECK(after.statm_pages == before.statm_pages);
    CHECK(after.present == before.present);
    CHECK(program.end() == 0);
}

TEST_CASE("malloc walk: a program that allocates meanwhile is walked with live bytes as when it is stopped") {
    const Glibc glibc = glibc_under_test();
    const BlocksSetup setup{"churn", {"threads=4", "blocks=60000", "sizes=small", "churn=600"}, {}};
    BlocksProgram program(glibc, setup);
    double stopped = 0, running = 0, not_walked = 0;
    std::size_t missed = 0;
    constexpr int times = 5;
    for (int i = 0; i < times; ++i) {
        program.stop();
        const LiveWalk still = walk_live(program.pid(), glibc);
        program.resume();
        const LiveWalk moving = walk_live(program.pid(), glibc);
        const WalkVerdict verdict = judge(program.known(), still);
        CHECK(verdict.missed + verdict.called_free + verdict.other_size == 0);
        const WalkVerdict meanwhile = judge(program.known(), moving);
        missed += meanwhile.missed + meanwhile.called_free + meanwhile.other_size;
        stopped += static_cast<double>(still.live_bytes());
        running += static_cast<double>(moving.live_bytes());
        not_walked += static_cast<double>(moving.not_walked_bytes);
    }
    fmt::print(
        "measured: glibc {:<4} running: live bytes {:+.3f} % of those stopped, not walked {:.4f} %, of {} "
        "known blocks {} missed\n",
        glibc.name, 100 * (running - stopped) / stopped, 100 * not_walked / stopped,
        times * program.known().blocks.size(), missed);
    CHECK(running > stopped * 0.99);
    CHECK(running < stopped * 1.01);
    CHECK(not_walked < stopped * 0.01);
    CHECK(program.end() == 0);
}
