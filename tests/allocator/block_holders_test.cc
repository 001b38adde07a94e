// What holds untracked blocks: roots by their rank, what hangs on them, and what nothing points to.
#include "allocator/block_holders.h"

#include "allocator/walk_laws.h"
#include "allocator/walk_malloc.h"
#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t code = 0x7fa000000000, data = code + 0x2000, jvm = code + 0x4000, nio = code + 0x6000,
                        ld = code + 0x8000, stack_at = 0x7fb000000000, area_at = 0x7fc000000000;

struct NamedFiles : TargetFiles {
    std::vector<std::optional<FileSymbol>> symbols(const MappedFile&,
                                                   std::span<const Address> addresses) override {
        std::vector<std::optional<FileSymbol>> found;
        for (const Address at : addresses) {
            const auto it = names.find(at.value);
            found.push_back(it == names.end() ? std::nullopt
                                              : std::optional(FileSymbol{it->second, 0, false}));
        }
        return found;
    }
    std::optional<std::string> glibc_release(const MappedFile&) override { return std::nullopt; }
    std::map<std::uint64_t, std::string> names;
};

// A word of the Java heap.
struct Held {
    std::string field;
    std::uint64_t word;
    std::string library = {};
    HolderKind kind = HolderKind::java_field;
};

struct HeldHeap {
    PageMemory memory;
    ForgedHeap heap{layout_2_36, memory};
    NamedFiles files;
    std::vector<Held> java;
    std::optional<Address> why;

    std::uint64_t block(std::uint64_t size = 0x40) { return heap.main.live(size) + 16; }

    BlockHolders holders() {
        heap.main.end_with_top();
        heap.finish();
        memory.touch(range_of(data, data + 0x1000));
        memory.touch(range_of(stack_at, stack_at + 0x1000));
        memory.touch(range_of(area_at, area_at + 0x1000));
        MallocRequest request;
        request.search = heap.search();
        request.owners = true;
        request.files = {{"/opt/libown.so", range_of(code, code + 0x1000), 1, 1, 0},
                         {"/jdk/lib/server/libjvm.so", range_of(jvm, jvm + 0x1000), 2, 1, 0},
                         {"/jdk/lib/libnio.so", range_of(nio, nio + 0x1000), 3, 1, 0},
                         {"/usr/lib/ld-linux-x86-64.so.2", range_of(ld, ld + 0x1000), 4, 1, 0}};
        request.file_ranges = {{range_of(code, code + 0x1000), 0, true},
                               {range_of(data, data + 0x1000), 0, false},
                               {range_of(jvm, jvm + 0x1000), 1, true},
                               {range_of(nio, nio + 0x1000), 2, true}};
        request.library_data = {request.file_ranges[1]};
        request.holders.stacks = {range_of(stack_at, stack_at + 0x1000)};
        request.holders.other = {range_of(area_at, area_at + 0x1000)};
        request.holders.why = why;
        request.holders.java_heap = [this](HeapFindings& findings, TargetMemory&) {
            std::uint64_t at = 0xe0000000;
            for (const Held& held : java) {
                const auto row = findings.row(held.kind, held.field);
                if (!held.library.empty())
                    findings.set_library(row, held.library, "native methods of the class");
                CHECK(findings.contains(held.word));
                CHECK(findings.near().may_contain(held.word));
                findings.point(row, {at += 8}, held.word);
            }
        };
        walk = walk_malloc(request, memory, files);
        check_laws(walk);
        REQUIRE(walk.holders);
        std::uint64_t blocks = 0;
        for (const Holder& holder : walk.holders->holders) blocks += holder.held.blocks;
        CHECK(blocks == walk.live_untracked().blocks);
        const auto again = parse_malloc_walk(format_malloc_walk(walk));
        REQUIRE(again);
        CHECK(again->holders == walk.holders);
        return *walk.holders;
    }
    MallocWalk walk;
};

Holder holder_of(const BlockHolders& found, HolderKind kind, std::string_view name = {}) {
    for (const Holder& holder : found.holders) {
        if (holder.kind == kind && holder.name == name) return holder;
    }
    return {};
}

}  // namespace

TEST_CASE("block holders: a Java field holds a block and all that hangs on it, whatever points back") {
    HeldHeap forged;
    std::vector<std::uint64_t> chain;
    for (int i = 0; i < 5; ++i) chain.push_back(forged.block());
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) forged.memory.put(chain[i + 1] + 8, chain[i]);
    forged.memory.put(chain[0] + 8, chain[4]);
    forged.java = {{"com.acme.Handle.peer", chain[4], "libacme.so"}};
    const Holder holder = holder_of(forged.holders(), HolderKind::java_field, "com.acme.Handle.peer");
    CHECK(holder.direct.blocks == 1);
    CHECK(holder.held.blocks == 5);
    CHECK(holder.held.bytes == Bytes(5 * 0x40));
    CHECK(holder.library == "libacme.so");
    CHECK(holder.evidence == "native methods of the class");
    CHECK(holder.example == Address{chain[4]});
    CHECK(holder.example_from == Address{0xe0000008});
    REQUIRE_FALSE(forged.walk.untracked.empty());
    CHECK(forged.walk.untracked[0].owner == "libacme.so");
    CHECK(forged.walk.untracked[0].evidence == held_evidence::natives_of_class);
    CHECK(forged.walk.untracked[0].chunks.blocks == 5);
}

TEST_CASE("block holders: a class without a known library owns by its own name") {
    HeldHeap forged;
    forged.java = {{"com.acme.Handle.peer", forged.block()}};
    forged.holders();
    REQUIRE_FALSE(forged.walk.untracked.empty());
    CHECK(forged.walk.untracked[0].owner == "com.acme.Handle");
    CHECK(forged.walk.untracked[0].kind == "com.acme.Handle.peer");
}

TEST_CASE("block holders: of two fields the class wins over its cleaner, and the other is named") {
    HeldHeap forged;
    const std::uint64_t block = forged.block();
    forged.java = {{"com.acme.Memory$Cleaner.peer", block}, {"com.acme.Memory.peer", block}};
    const BlockHolders found = forged.holders();
    const Holder holder = holder_of(found, HolderKind::java_field, "com.acme.Memory.peer");
    CHECK(holder.held.blocks == 1);
    CHECK(holder.shared.blocks == 1);
    CHECK(holder.also == std::vector<std::string>{"com.acme.Memory$Cleaner.peer"});
    CHECK(holder_of(found, HolderKind::java_field, "com.acme.Memory$Cleaner.peer").held.blocks == 0);
}

TEST_CASE(
    "block holders: of a field whose blocks have one size, another one counts only if nothing holds it") {
    HeldHeap forged;
    for (int i = 0; i < 3; ++i) forged.java.push_back({"com.acme.Handle.peer", forged.block()});
    forged.java.push_back({"com.acme.Handle.peer", forged.block(0x50)});  // a rest of 16 bytes is in it
    const std::uint64_t reused = forged.block(0x400);
    forged.java.push_back({"com.acme.Handle.peer", reused});
    SECTION("a variable does") {
        const std::uint64_t user = forged.block(0x90);
        forged.memory.put(data + 0x100, user);
        forged.memory.put(user + 8, reused);
        forged.files.names[data + 0x100] = "g_cache";
        const BlockHolders found = forged.holders();
        CHECK(holder_of(found, HolderKind::java_field, "com.acme.Handle.peer").held.blocks == 4);
        CHECK(holder_of(found, HolderKind::library_data, "g_cache").held.blocks == 2);
    }
    SECTION("nothing does") {
        CHECK(holder_of(forged.holders(), HolderKind::java_field, "com.acme.Handle.peer").held.blocks == 5);
    }
    SECTION("blocks of many sizes are all the field's") {
        for (std::uint64_t i = 1; i <= 4; ++i)
            forged.java.push_back({"com.acme.Handle.peer", forged.block(0x800 + i * 0x40)});
        forged.memory.put(data + 0x100, reused);
        CHECK(holder_of(forged.holders(), HolderKind::java_field, "com.acme.Handle.peer").held.blocks == 9);
    }
}

// A page of a database's, whose address a directory's handle had before.
TEST_CASE(
    "block holders: a class of the JDK's holds a block that shows other libraries only if nothing does") {
    HeldHeap forged;
    const std::uint64_t page = forged.block(0x1120), cache = forged.block(), base = forged.block(0x370);
    forged.memory.put(page + 0x40, cache);
    forged.memory.put(cache + 8, base);
    forged.memory.put(base + 8, cache);
    forged.memory.put(cache + 0x10, page);
    forged.memory.put(base + 0x20, code + 0x100);
    forged.java = {{"sun.nio.fs.UnixDirectoryStream.dp", page}, {"com.acme.Base.pointer", base, "libown.so"}};
    const auto held = [&](std::string_view name) {
        return holder_of(forged.holders(), HolderKind::java_field, name).held.blocks;
    };
    SECTION("another field does") {
        CHECK(held("com.acme.Base.pointer") == 3);
    }
    SECTION("another field does, by a pointer into the block") {
        forged.memory.put(cache + 0x10, page + 0x1000);
        CHECK(held("com.acme.Base.pointer") == 3);
    }
    SECTION("any block that shows a library of the JDK's speaks for it") {
        forged.memory.put(cache + 0x18, nio + 0x100);
        CHECK(held("sun.nio.fs.UnixDirectoryStream.dp") == 2);
    }
    SECTION("classes that call any library are believed") {
        const auto* const name = GENERATE("com.acme.Folder.handle", "com.sun.jna.Memory.peer",
                                          "jdk.internal.foreign.NativeMemorySegmentImpl.min");
        forged.java[0] = {name, page, "libfolder.so"};
        CHECK(held(name) == 2);
    }
    SECTION("nothing else holds it") {
        forged.java.pop_back();
        forged.java.push_back({"", page, {}, HolderKind::java_unknown});
        CHECK(held("sun.nio.fs.UnixDirectoryStream.dp") == 3);
    }
}

TEST_CASE("block holders: a variable of a library is named by its symbol") {
    HeldHeap forged;
    const std::uint64_t block = forged.block();
    forged.memory.put(data + 0x100, block);
    forged.files.names[data + 0x100] = "g_cache";
    const Holder holder = holder_of(forged.holders(), HolderKind::library_data, "g_cache");
    CHECK(holder.held.blocks == 1);
    CHECK(holder.library == "libown.so");
}

TEST_CASE("block holders: stacks and other memory hold only what nothing else does") {
    HeldHeap forged;
    const std::uint64_t strong = forged.block(), on_stack = forged.block(), elsewhere = forged.block(),
                        leaked = forged.block();
    forged.memory.put(strong + 8, on_stack + 8);  // into a block
    forged.memory.put(data + 0x100, strong);
    for (const std::uint64_t block : {strong, on_stack}) forged.memory.put(stack_at + block % 0x800, block);
    const std::uint64_t second = forged.block();
    forged.memory.put(stack_at + 0xf00, second);
    forged.memory.put(area_at + 0x10, elsewhere);
    forged.memory.put(area_at + 0x18, strong);
    const BlockHolders found = forged.holders();
    CHECK(holder_of(found, HolderKind::library_data).held.blocks == 2);
    CHECK(holder_of(found, HolderKind::stack).held.blocks == 1);
    CHECK(holder_of(found, HolderKind::other_memory).held.blocks == 1);
    const Holder nothing = holder_of(found, HolderKind::nothing);
    CHECK(nothing.held.blocks == 1);
    CHECK(nothing.direct.blocks == 0);
    CHECK(nothing.library.empty());
    static_cast<void>(leaked);
}

TEST_CASE("block holders: a word of the Java heap in no known object is weaker than a variable") {
    HeldHeap forged;
    const std::uint64_t both = forged.block(), alone = forged.block();
    forged.memory.put(data + 0x100, both);
    forged.java = {{"", both, "", HolderKind::java_unknown}, {"", alone, "", HolderKind::java_unknown}};
    const BlockHolders found = forged.holders();
    CHECK(holder_of(found, HolderKind::library_data).held.blocks == 1);
    CHECK(holder_of(found, HolderKind::java_unknown).held.blocks == 1);
}

TEST_CASE("block holders: blocks that show their library and that nothing points to own what they point to") {
    HeldHeap forged;
    const std::uint64_t object = forged.block(), buffer = forged.block();
    forged.memory.put(object, code + 0x10);
    forged.memory.put(object + 8, buffer);
    const Holder holder = holder_of(forged.holders(), HolderKind::library_block);
    CHECK(holder.held.blocks == 2);
    CHECK(holder.direct.blocks == 1);
    CHECK(holder.library == "libown.so");
}

TEST_CASE("block holders: lists whose links are distances are followed where link back and forwards agree") {
    HeldHeap forged;
    const std::uint64_t table = forged.block(0x200), first = forged.block(0x80), far = forged.block(0x2000),
                        second = forged.block(0x80), alone = forged.block(0x80);
    static_cast<void>(far);
    // Elements begin behind a word of the library's own; the next one is told from the element's beginning.
    const auto element = [](std::uint64_t block) { return block + 8; };
    const auto link = [&](std::uint64_t field, std::uint64_t base, std::uint64_t to) {
        forged.memory.put(field, element(to) - base);
        forged.memory.put(element(to) + 0x18, field - element(to));
    };
    link(table + 0x40, table + 0x40, first);
    link(element(first) + 0x10, element(first), second);
    forged.memory.put(table + 0x48, element(alone) - (table + 0x48));  // nothing leads back
    forged.java = {{"com.acme.Cache.handle", table, "libacme.so"}};
    forged.why = Address{second};
    const BlockHolders found = forged.holders();
    const Holder holder = holder_of(found, HolderKind::java_field, "com.acme.Cache.handle");
    CHECK(holder.held.blocks == 3);
    CHECK(holder.direct.blocks == 1);
    CHECK(holder_of(found, HolderKind::nothing).held.blocks == 2);
    REQUIRE(found.chain);
    CHECK(found.chain->blocks == std::vector<Address>{{table}, {first}, {second}});
}

TEST_CASE("block holders: a handle of dlopen holds blocks of the loader") {
    HeldHeap forged;
    const std::uint64_t map = forged.block(0x4a0), name = forged.block(), other = forged.block();
    forged.memory.put(map, nio);
    forged.memory.put(map + 8, name);
    forged.memory.put(other, nio);  // too small for what the loader notes
    forged.java = {{"jdk.internal.loader.NativeLibrary.handle", map}};
    const Holder holder =
        holder_of(forged.holders(), HolderKind::java_field, "jdk.internal.loader.NativeLibrary.handle");
    CHECK(holder.held.blocks == 2);
    CHECK(holder.library == "ld-linux-x86-64.so.2");
    std::uint64_t of_loader = 0, of_library = 0;
    for (const UntrackedOwner& owner : forged.walk.untracked) {
        if (owner.owner == "ld-linux-x86-64.so.2") of_loader += owner.chunks.blocks;
        if (owner.owner == "libnio.so") of_library += owner.chunks.blocks;
    }
    CHECK(of_loader == 2);
    CHECK(of_library == 1);
}

TEST_CASE("block holders: the chain to a block that was asked for begins at its holder") {
    HeldHeap forged;
    const std::uint64_t first = forged.block(), second = forged.block(), third = forged.block();
    forged.memory.put(first + 8, second);
    forged.memory.put(second + 8, third);
    forged.java = {{"com.acme.Handle.peer", first}};
    SECTION("its beginning") {
        forged.why = Address{third};
    }
    SECTION("in its middle") {
        forged.why = Address{third + 9};
    }
    const BlockHolders found = forged.holders();
    REQUIRE(found.chain);
    CHECK(found.chain->holder == "com.acme.Handle.peer");
    CHECK(found.chain->kind == HolderKind::java_field);
    CHECK(found.chain->blocks == std::vector<Address>{{first}, {second}, {third}});
}

TEST_CASE("block holders: the chain to what is no block in use is empty") {
    HeldHeap forged;
    forged.block();
    forged.why = Address{0x1234};
    const BlockHolders found = forged.holders();
    REQUIRE(found.chain);
    CHECK(found.chain->holder.empty());
    CHECK(found.chain->blocks.empty());
}
