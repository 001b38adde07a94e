// Names of untracked blocks: by first words, by zlib's shapes, by who points to them.
#include "allocator/walk_malloc.h"

#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t library = 0x7fa000000000;

struct FakeFiles : TargetFiles {
    std::vector<std::optional<FileSymbol>> symbols(const MappedFile& file,
                                                   std::span<const Address> addresses) override {
        std::vector<std::optional<FileSymbol>> found;
        for (const Address at : addresses) {
            asked.push_back(file.path);
            const auto it = names.find(at.value);
            found.push_back(it == names.end() ? std::nullopt : std::optional(it->second));
        }
        return found;
    }
    std::optional<std::string> glibc_release(const MappedFile&) override { return std::nullopt; }
    std::map<std::uint64_t, FileSymbol> names;
    std::vector<std::string> asked;
};

// A main arena beside a library with code, read-only data and writable data, and libz.
struct HeapAndLibraries {
    PageMemory memory;
    ForgedHeap heap{layout_2_36, memory};
    FakeFiles files;

    MallocWalk walk(bool owners) {
        heap.main.end_with_top();
        heap.finish();
        MallocRequest request;
        request.search = heap.search();
        request.owners = owners;
        request.files = {
            {"/opt/libsession.so (deleted)", range_of(library, library + 0x1000), 1, 1, 0},
            {"/usr/lib/libz.so.1", range_of(library + 0x10000, library + 0x11000), 2, 1, 0},
            {"/usr/lib/ld-linux-x86-64.so.2", range_of(library + 0x20000, library + 0x21000), 3, 1, 0}};
        request.file_ranges = {{range_of(library, library + 0x1000), 0, true},
                               {range_of(library + 0x1000, library + 0x2000), 0, false},
                               {range_of(library + 0x2000, library + 0x4000), 0, false},
                               {range_of(library + 0x10000, library + 0x11000), 1, true},
                               {range_of(library + 0x11000, library + 0x12000), 1, false}};
        request.library_data = {request.file_ranges[2], request.file_ranges[4]};
        MallocWalk walk = walk_malloc(request, memory, files);
        check_laws(walk);
        return walk;
    }

    std::uint64_t block(std::uint64_t size, std::uint64_t first_word = 0, std::uint64_t second = 0) {
        const std::uint64_t chunk = heap.main.live(size);
        memory.put(chunk + 16, first_word);
        memory.put(chunk + 24, second);
        return chunk + 16;
    }
};

std::uint64_t blocks_of(const MallocWalk& walk, std::string_view owner, std::string_view evidence,
                        std::string_view kind = {}) {
    std::uint64_t blocks = 0;
    for (const UntrackedOwner& row : walk.untracked) {
        if (row.owner == owner && row.evidence == evidence && row.kind == kind) blocks += row.chunks.blocks;
    }
    return blocks;
}

}  // namespace

TEST_CASE(
    "walk malloc: a first word into a file names the owner, its symbol the kind, the rest goes by size") {
    HeapAndLibraries forged;
    forged.files.names[library + 0x1010] = {"vtable for SessionObj", 16, true};
    forged.files.names[library + 0x20] = {"on_close", 4, false};
    for (int i = 0; i < 5; ++i) forged.block(0x3f0, library + 0x1010);
    for (int i = 0; i < 3; ++i) forged.block(0x3f0, library + 0x20);
    for (int i = 0; i < 2; ++i) forged.block(0x40, library + 0x2008);
    forged.block(0x40, library);
    forged.block(0x40, 17);
    const MallocWalk walk = forged.walk(false);
    CHECK(blocks_of(walk, "libsession.so", "vtable", "SessionObj") == 5);
    CHECK(blocks_of(walk, "libsession.so", "code pointer", "on_close") == 3);
    CHECK(blocks_of(walk, "libsession.so", "data pointer") == 2);
    CHECK(blocks_of(walk, "libsession.so", "load address", "link_map") == 1);
    CHECK(blocks_of(walk, "", "size") == 1);
    CHECK(forged.files.asked.size() == 4);
    REQUIRE_FALSE(walk.untracked.empty());
    CHECK(walk.untracked[0].block == Bytes(0x3f0 - 8));
}

TEST_CASE("walk malloc: what the loader notes of a library is the loader's, not the library's") {
    HeapAndLibraries forged;
    const std::uint64_t map = forged.block(0x4a0, library), name = forged.block(0x20),
                        own = forged.block(0x30);
    forged.memory.put(map + 8, name);
    forged.memory.put(map + 16, library + 0x2010);
    forged.memory.put(library + 0x2100, own);
    const MallocWalk walk = forged.walk(true);
    CHECK(blocks_of(walk, "ld-linux-x86-64.so.2", "load address", "link_map") == 1);
    CHECK(blocks_of(walk, "ld-linux-x86-64.so.2", "pointed to by") == 1);
    CHECK(blocks_of(walk, "libsession.so", "load address", "link_map") == 0);
    CHECK(blocks_of(walk, "libsession.so", "pointed to by") == 1);
}

TEST_CASE("walk malloc: chains of blocks belong to the library whose data they hang on, either way round") {
    HeapAndLibraries forged;
    std::vector<std::uint64_t> users;
    for (int i = 0; i < 20; ++i) users.push_back(forged.block(0x30));
    const std::uint64_t alone = forged.block(0x30);
    SECTION("with the addresses: in one pass") {
        for (std::size_t i = 0; i + 1 < users.size(); ++i) forged.memory.put(users[i] + 8, users[i + 1]);
        forged.memory.put(library + 0x2100, users.front());
        CHECK(blocks_of(forged.walk(true), "libsession.so", "pointed to by") == 20);
    }
    SECTION("against them") {
        for (std::size_t i = 1; i < users.size(); ++i) forged.memory.put(users[i] + 8, users[i - 1]);
        forged.memory.put(library + 0x2100, users.back());
        CHECK(blocks_of(forged.walk(true), "libsession.so", "pointed to by") == 20);
    }
    SECTION("from a block that its first word names") {
        const std::uint64_t root = forged.block(0x400, library + 0x1010);
        forged.memory.put(root + 0x3e8 - 8, users[7]);
        forged.memory.put(library + 0x2100, 0);
        const MallocWalk walk = forged.walk(true);
        CHECK(blocks_of(walk, "libsession.so", "pointed to by") == 1);
        CHECK(blocks_of(walk, "libsession.so", "data pointer") == 1);
    }
    SECTION("a pointer into the middle of a block counts, one to malloc's header does not") {
        forged.memory.put(library + 0x2100, users[3] + 16);
        forged.memory.put(library + 0x2108, users[5] + 8);
        forged.memory.put(library + 0x2110, users[8] - 16);
        CHECK(blocks_of(forged.walk(true), "libsession.so", "pointed to by") == 2);
    }
    SECTION("not asked for") {
        forged.memory.put(library + 0x2100, users.front());
        CHECK(blocks_of(forged.walk(false), "libsession.so", "pointed to by") == 0);
    }
    static_cast<void>(alone);
}

TEST_CASE("walk malloc: a large block's words are read beyond what the walk has of it, a mapping's as well") {
    HeapAndLibraries forged;
    const std::uint64_t target = forged.block(0x50);
    const std::uint64_t far = forged.block(0x50);
    const std::uint64_t large = forged.heap.main.live(0x300010) + 16;
    forged.memory.put(large, library + 0x1010);
    forged.memory.put(large + 0x300000 - 8, target);
    const std::uint64_t mapped = forged.heap.mmapped(0x400000) + 16;
    forged.memory.put(mapped, library + 0x11008);
    forged.memory.put(mapped + 0x400000 - 24, far);
    const MallocWalk walk = forged.walk(true);
    CHECK(blocks_of(walk, "libsession.so", "pointed to by") == 1);
    CHECK(blocks_of(walk, "libz.so.1", "pointed to by") == 1);
}

TEST_CASE("walk malloc: zlib's blocks are known by what hangs on a z_stream") {
    HeapAndLibraries forged;
    const auto stream = [&](std::uint64_t state_size, const std::vector<std::uint64_t>& buffers,
                            std::uint64_t zalloc = library + 0x10100, std::uint64_t size = 0x80) {
        const std::uint64_t at = forged.block(size);
        const std::uint64_t state = forged.block(state_size, at);
        forged.memory.put(at + 56, state);
        forged.memory.put(at + 64, zalloc);
        forged.memory.put(at + 72, zalloc + 0x20);
        std::uint64_t field = state + 64;
        for (const std::uint64_t each : buffers) forged.memory.put(field += 8, forged.block(each));
        return state;
    };
    SECTION("deflate") {
        stream(0x1760, {0x10020, 0x10010, 0x10010, 0x10010});
        const MallocWalk walk = forged.walk(false);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "z_stream") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "deflate state") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "deflate buffer") == 4);
    }
    SECTION("inflate, whose state points to tables of the library as well") {
        const std::uint64_t state = stream(0x1c00, {0x8010});
        forged.memory.put(library + 0x11008, 0x811);  // in front of a table: as a size it could be a window's
        forged.memory.put(state + 40, library + 0x11010);
        const MallocWalk walk = forged.walk(false);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "inflate window") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "inflate state") == 1);
    }
    SECTION("in a chunk whose rest malloc could not split off") {
        stream(0x1c10, {0x8020}, library + 0x10100, 0x90);
        const MallocWalk walk = forged.walk(false);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "z_stream") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "inflate state") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "inflate window") == 1);
    }
    SECTION("a state whose second page was never touched") {
        const std::uint64_t at = forged.block(0x80);
        const std::uint64_t begin =
            (forged.heap.main.at() + PageMemory::page) / PageMemory::page * PageMemory::page;
        forged.block(begin - 0xa0 - forged.heap.main.at() + PageMemory::page);
        const std::uint64_t state = forged.block(0x1c00, at);
        forged.memory.put(at + 56, state);
        forged.memory.put(at + 64, library + 0x10100);
        forged.memory.put(at + 72, library + 0x10120);
        const std::uint64_t second = state / PageMemory::page * PageMemory::page + PageMemory::page;
        REQUIRE(second - state < 0xa0);
        forged.memory.evict(range_of(second, second + 1));
        const MallocWalk walk = forged.walk(false);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "z_stream") == 1);
        CHECK(blocks_of(walk, "libz.so.1", "shape", "inflate state") == 1);
    }
    SECTION("a state that does not point back is none") {
        const std::uint64_t state = stream(0x1c00, {0x8010});
        forged.memory.put(state, state);
        CHECK(blocks_of(forged.walk(false), "libz.so.1", "shape", "z_stream") == 0);
    }
    SECTION("functions in no code are none") {
        stream(0x1c00, {0x8010}, library + 0x11008);
        CHECK(blocks_of(forged.walk(false), "libz.so.1", "shape", "z_stream") == 0);
    }
    SECTION("a buffer that is none of the live blocks takes nothing from others") {
        const std::uint64_t freed = forged.heap.main.binned(0x8010) + 16;
        forged.block(0x40);
        const std::uint64_t state = stream(0x1c00, {});
        forged.memory.put(state + 40, freed);
        CHECK(blocks_of(forged.walk(false), "libz.so.1", "shape", "inflate window") == 0);
    }
}

TEST_CASE("walk malloc: beyond the largest owners the others join, file by file") {
    HeapAndLibraries forged;
    for (std::uint64_t i = 0; i < 200; ++i) forged.block(0x20 + i * 16, library + 0x1000 + i * 8);
    const MallocWalk walk = forged.walk(false);
    CHECK(walk.untracked.size() == 65);
    CHECK(walk.untracked.back().owner == "libsession.so");
    CHECK(walk.untracked.back().evidence == "data pointer");
}

TEST_CASE("walk malloc: what joins keeps its evidence where it is the same, and else says that it is not") {
    HeapAndLibraries forged;
    for (std::uint64_t i = 0; i < 200; ++i)
        forged.block(0x20 + i * 16, library + (i % 2 == 0 ? 0x1000 : 0x20) + i * 8);
    const MallocWalk walk = forged.walk(false);
    const bool several =
        std::any_of(walk.untracked.begin(), walk.untracked.end(),
                    [](const UntrackedOwner& owner) { return owner.evidence == "several kinds"; });
    CHECK(several);
}

TEST_CASE("walk malloc: what is not glibc's is not walked, and the reason is there") {
    PageMemory memory;
    FakeFiles files;
    MallocRequest request;
    request.allocator = "jemalloc";
    const MallocWalk walk = walk_malloc(request, memory, files);
    CHECK_FALSE(walk.why_not_walked.empty());
    CHECK(walk.allocator == "jemalloc");
    CHECK(walk.regions.empty());
}
