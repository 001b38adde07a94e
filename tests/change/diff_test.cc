#include "change/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catch.h"
#include "change/diff_parts.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// Call sites of NMT, as a detail report prints them.
void sites(made::Process& process, const std::string& text, std::string_view vm = "17.0.15+6") {
    process.view.nmt_sites = *parse_nmt_sites("Native Memory Tracking:\nDetails:\n" + text).value();
    process.view.version.emplace();
    process.view.version->vm = vm;
}

Diff diff_of(made::Process& before, made::Process& after) {
    return diff_moments(before.moment(), after.moment()).value();
}

template <typename T, typename Name>
const T& one(const std::vector<T>& rows, Name is_it) {
    const auto found = std::find_if(rows.begin(), rows.end(), is_it);
    REQUIRE(found != rows.end());
    return *found;
}

const OwnerChange& owner(const Diff& diff, std::string_view path) {
    return one(diff.owners, [&](const OwnerChange& o) { return o.path == path; });
}

const SiteChange& site(const Diff& diff, std::string_view innermost) {
    REQUIRE(diff.sites.has_value());
    return one(diff.sites->sites, [&](const SiteChange& s) { return s.frames.front() == innermost; });
}

constexpr std::string_view libc = "/usr/lib/libc.so.6";

NmtReport report(std::vector<std::pair<std::string, std::uint64_t>> categories) {
    NmtReport made;
    made.unit = Bytes(1);
    for (const auto& [name, bytes] : categories) {
        NmtCategory category;
        category.name = name;
        category.reserved = category.committed = category.malloc = Bytes(bytes);
        category.malloc_count = 1;
        made.categories.push_back(category);
        made.reserved += Bytes(bytes);
        made.committed += Bytes(bytes);
    }
    return made;
}

bool noted(const Diff& diff, std::string_view part) {
    return std::any_of(diff.notes.begin(), diff.notes.end(),
                       [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("diff: owners of one moment alone count as nothing at the other, and changes sum to that of RSS") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 40).map(0x30000, 0x40000, "r--p", 12, libc, 7);
    after.map(0x10000, 0x20000, "rw-p", 20).map(0x50000, 0x60000, "rw-p", 64, "[stack]");
    const Diff diff = diff_of(before, after);
    CHECK(diff.rss.change().value == 32 * 1024);
    CHECK(owner(diff, "stack/main thread").resident.change().value == 64 * 1024);
    CHECK(owner(diff, "file/native library").resident.after == Bytes());
    CHECK(diff.owners.front().path == "stack/main thread");
    std::int64_t sum = 0;
    for (const OwnerChange& o : diff.owners) sum += o.resident.change().value;
    CHECK(sum == diff.rss.change().value);
    CHECK(std::is_sorted(diff.owners.begin(), diff.owners.end(),
                         [](const OwnerChange& a, const OwnerChange& b) {
                             return a.resident.change() > b.resident.change();
                         }));
}

TEST_CASE("diff: malloc that was walked at one moment alone is compared as a whole") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 40, "[anon: glibc: malloc arena]");
    after.map(0x10000, 0x20000, "rw-p", 60, "[anon: glibc: malloc arena]");
    MallocWalk& walk = after.view.malloc_walk.emplace();
    walk.allocator = "glibc";
    walk.arenas.emplace_back().untracked = {1, kib(60), kib(60)};
    walk.regions.push_back({range_of(0x10000, 0x20000), RegionKind::arena, kib(60)});
    const Diff diff = diff_of(before, after);
    CHECK(after.ledger.malloc.parts.has_value());
    CHECK(owner(diff, "malloc/glibc").resident.change().value == 20 * 1024);
    CHECK(diff.owners.size() == 2);
    CHECK(noted(diff, "malloc's blocks are not compared: "));
}

TEST_CASE("diff: where one snapshot alone has owners of blocks, it says so") {
    made::Process before, after;
    for (made::Process* process : {&before, &after}) {
        process->map(0x10000, 0x20000, "rw-p", 40, "[anon: glibc: malloc arena]");
        MallocWalk& walk = process->view.malloc_walk.emplace();
        walk.allocator = "glibc";
        walk.arenas.emplace_back().untracked = {1, kib(40), kib(40)};
        walk.regions.push_back({range_of(0x10000, 0x20000), RegionKind::arena, kib(40)});
    }
    CHECK_FALSE(noted(diff_of(before, after), "--owners"));
    after.view.malloc_walk->holders.emplace();
    CHECK(noted(diff_of(before, after), "Only the second snapshot was taken with --owners"));
    before.view.malloc_walk->holders.emplace();
    CHECK_FALSE(noted(diff_of(before, after), "--owners"));
}

TEST_CASE("diff: a process is the same by its start, its boot, its pid and its program") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 40);
    after.map(0x10000, 0x20000, "rw-p", 40);
    after.view.header.target_uptime_s = 3660;
    SECTION("one process, whose file was replaced on disk") {
        after.view.exe += " (deleted)";
        const Diff diff = diff_of(before, after);
        CHECK(diff.same_process);
        CHECK(diff.seconds == 60.0);
        CHECK(diff.mappings.has_value());
    }
    SECTION("one process, seen from outside of its container and from inside") {
        after.view.header.pid = 1;
        before.view.status.emplace().nspid = {42, 1};
        after.view.status.emplace().nspid = {1};
        CHECK(diff_of(before, after).same_process);
    }
    SECTION("another start") {
        after.view.header.start_ticks = 1001;
        const Diff diff = diff_of(before, after);
        CHECK_FALSE(diff.same_process);
        CHECK_FALSE(diff.mappings.has_value());
        CHECK(noted(diff, "Mappings are not compared"));
    }
    SECTION("another boot, by its id") {
        after.view.header.boot_id = "another";
        CHECK(diff_of(before, after).differences == std::vector<std::string>{"from different boots"});
    }
    SECTION("another boot, of a capture that has no id") {
        before.view.header.boot_id.clear();
        after.view.header.taken_at = "2026-11-22T20:17:28Z";
        CHECK(diff_of(before, after).same_process);
        after.view.header.taken_at = "2026-11-23T20:17:28Z";
        CHECK_FALSE(diff_of(before, after).same_process);
    }
    SECTION("another pid") {
        after.view.header.pid = 4712;
        CHECK(diff_of(before, after).differences == std::vector<std::string>{"pid 42 and pid 4712"});
    }
    SECTION("exec, which keeps pid and start") {
        after.view.exe = "/bin/other\x1b";
        CHECK(diff_of(before, after).differences ==
              std::vector<std::string>{"running /opt/java and /bin/other?"});
    }
}

TEST_CASE("diff: times are read as captures have them, and nothing else") {
    CHECK(seconds_of_utc("1970-01-01T00:00:10Z") == 10);
    CHECK(seconds_of_utc("2026-11-22T20:16:28Z") == 1795378588);
    for (const char* bad :
         {"", "2026-11-22", "2026-13-22T20:16:28Z", "2026-02-30T20:16:28Z", "2026-11-22T24:16:28Z",
          "2026-11-22T20:16:28", "2026-11-22T20:16:28Zz", "99999999999999999999-11-22T20:16:28Z"})
        CHECK_FALSE(seconds_of_utc(bad).has_value());
}

TEST_CASE("diff: call sites are joined by their frames, wherever the code lies") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "r-xp", 40, libc, 7, 0x1000);
    after.map(0x50000, 0x60000, "r-xp", 40, libc, 7, 0x1000);
    sites(before,
          "[0x0000000000000123] Unsafe_AllocateMemory0+0x86\n[0x0000000000900000]\n (malloc=100 type=Other "
          "#2)\n\n"
          "[0x0000000000010020]\n (malloc=50 type=GC #1)\n\n"
          "[0x0000000000000124] os::gone()+0x1\n (malloc=7 type=GC #1)\n\n");
    sites(after,
          "[0x0000000000000456]Unsafe_AllocateMemory0+0x86\n[0x0000000000a00000]\n ((malloc=150 tag=Other "
          "#3))\n\n"
          "[0x0000000000000456]Unsafe_AllocateMemory0+0x86\n[0x0000000000b00000]\n ((malloc=1000 tag=Other "
          "#1))\n\n"
          "[0x0000000000050020]\n ((malloc=60 tag=GC #1))\n\n");
    const Diff diff = diff_of(before, after);
    const SiteChange& other = site(diff, "Unsafe_AllocateMemory0+0x86");
    CHECK(other.frames == std::vector<std::string>{"Unsafe_AllocateMemory0+0x86", "generated code"});
    CHECK(other.committed.before == Bytes(100));
    CHECK(other.committed.after == Bytes(1150));
    CHECK(other.blocks.change() == 2);
    CHECK(site(diff, "libc.so.6+0x1020").committed.change().value == 10);
    CHECK(site(diff, "os::gone()+0x1").committed.change().value == -7);
    CHECK(diff.sites->malloc.change().value == 1050 + 10 - 7);
    CHECK(diff.sites->sites.size() == 3);
}

TEST_CASE("diff: of two builds of the JVM, call sites are joined by function alone") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 4);
    after.map(0x10000, 0x20000, "rw-p", 4);
    sites(before, "[0x0000000000000123] f(int)+0x86 in libjli.so\n (malloc=100 type=Other #2)\n", "17.0.1");
    sites(after, "[0x0000000000000123] f(int)+0x1f in libjli.so\n (malloc=110 type=Other #2)\n", "17.0.2");
    const Diff diff = diff_of(before, after);
    CHECK_FALSE(diff.sites->offsets);
    CHECK(site(diff, "f(int) in libjli.so").committed.change().value == 10);
}

TEST_CASE("diff: a site that is too small for the coarser report has not grown for being in the finer one") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 4);
    after.map(0x10000, 0x20000, "rw-p", 4);
    sites(before, "[0x0000000000000123] f+0x1\n (malloc=2KB type=Other #2)\n");
    sites(after,
          "[0x0000000000000123] f+0x1\n (malloc=2100 type=Other #2)\n\n"
          "[0x0000000000000124] g+0x1\n (malloc=500 type=Other #2)\n\n"
          "[0x0000000000000125] h+0x1\n (malloc=600 type=Other #2)\n");
    const Diff diff = diff_of(before, after);
    CHECK(diff.sites->unit == Bytes(1024));
    CHECK(diff.sites->sites.size() == 2);
    CHECK(site(diff, "h+0x1").committed.change().value == 600);
    CHECK(diff.sites->malloc.change().value == 600 + 52);
    CHECK(noted(diff, "units of 1024 bytes"));
}

TEST_CASE("diff: what the JVM took to answer questions is told from what the program took") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 4);
    after.map(0x10000, 0x20000, "rw-p", 4);
    sites(before, "");
    sites(after,
          "[0x0000000000000123] ElfSection::ElfSection(int)+0x1\n[0x0000000000000124] "
          "ElfFile::load_tables()+0x2\n (malloc=100000 type=Internal #2)\n\n"
          "[0x0000000000000124] g+0x1\n (malloc=500 type=Other #2)\n");
    const Diff diff = diff_of(before, after);
    CHECK(diff.sites->asking.change().value == 100000);
    CHECK(noted(diff, "97 KiB of the growth at call sites is the JVM's own"));
}

TEST_CASE("diff: where a moment has no call sites, the diff says which and how to get them") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 4);
    after.map(0x10000, 0x20000, "rw-p", 4);
    before.view.nmt = report({{"GC", 10}});
    after.view.nmt = report({{"GC", 30}});
    sites(after, "[0x0000000000000123] f+0x1\n (malloc=2KB type=Other #2)\n");
    const Diff diff = diff_of(before, after);
    CHECK_FALSE(diff.sites.has_value());
    CHECK(noted(diff, "Call sites are not compared: "));
    CHECK(diff.nmt->categories.front().malloc.change().value == 20);
}

TEST_CASE("diff: categories that moved between JDKs are looked at as one, all others by their names") {
    const CategoryAlignment none(17, 17), far(8, 25), near(11, 17), unknown(std::nullopt, 17);
    CHECK(none.category("Internal") == "Internal");
    CHECK_FALSE(unknown.moved());
    CHECK(far.category("Internal") == "Internal + Other");
    CHECK(far.category("Other") == "Internal + Other");
    CHECK(far.category("GCCardSet") == "GC + GCCardSet");
    CHECK(near.category("Internal") == "Internal");
    CHECK(near.category("Synchronizer") == "Synchronizer + Synchronization");
    CHECK(near.category("Metaspace") == "Class + Metaspace");
    CHECK(far.category("Code") == "Code");
    CHECK(far.path("malloc/nmt-tracked/other") == "malloc/nmt-tracked/internal + other");
    CHECK(far.path("jvm/gc") == "jvm/gc");

    const NmtChange change = nmt_changes(report({{"Internal", 100}, {"Other", 1}, {"Code", 5}}),
                                         report({{"Internal", 10}, {"Other", 95}, {"Code", 4}}), far);
    CHECK(change.categories.size() == 2);
    CHECK(change.categories[0].name == "Internal + Other");
    CHECK(change.categories[0].malloc.change().value == 4);
    std::int64_t sum = 0;
    for (const CategoryChange& category : change.categories) sum += category.committed.change().value;
    CHECK(sum == change.committed.change().value);
}

TEST_CASE("diff: a mapping that keeps its start or its end has grown or shrunk, all others came or went") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 10)
        .map(0x20000, 0x40000, "---p", 0)
        .map(0x50000, 0x60000, "rw-p", 8)
        .map(0x70000, 0x80000, "r--p", 8, libc, 7)
        .map(0x90000, 0xa0000, "rw-p", 4);
    after.map(0x10000, 0x28000, "rw-p", 30)
        .map(0x28000, 0x40000, "---p", 0)
        .map(0x70000, 0x80000, "r--p", 12, libc, 7)
        .map(0x90000, 0xa0000, "rw-p", 4)
        .map(0xb0000, 0xc0000, "rw-p", 16);
    const Diff diff = diff_of(before, after);
    const MappingChanges& changes = *diff.mappings;
    const auto at = [&](std::uint64_t begin) {
        return one(changes.mappings, [&](const MappingChange& m) {
            return (m.after ? m.after : m.before)->begin.value == begin;
        });
    };
    CHECK(at(0x10000).fate == MappingFate::grown);
    CHECK(at(0x10000).resident.change().value == 20 * 1024);
    CHECK(at(0x28000).fate == MappingFate::shrunk);
    CHECK(at(0x50000).fate == MappingFate::gone);
    CHECK(at(0x70000).fate == MappingFate::same);
    CHECK(at(0x70000).owner == "file/native library");
    CHECK(at(0xb0000).fate == MappingFate::fresh);
    CHECK(changes.unchanged == 1);
    std::int64_t sum = 0;
    for (const MappingChange& mapping : changes.mappings) sum += mapping.resident.change().value;
    CHECK(sum == diff.rss.change().value);
}

TEST_CASE("diff: threads that began and ended are counted by pool, also where an id was used anew") {
    made::Process before, after;
    before.map(0x10000, 0x20000, "rw-p", 10).task(10, "java", 1).task(11, "worker-1", 2).task(12, "odd", 3);
    after.map(0x10000, 0x20000, "rw-p", 10)
        .task(10, "java", 1)
        .task(11, "worker-1", 9)
        .task(13, "worker-2", 9)
        .task(14, "worker-3", 9);
    const Diff diff = diff_of(before, after);
    CHECK(diff.threads->threads.before == 3);
    CHECK(diff.threads->threads.after == 4);
    CHECK(diff.threads->started == 3);
    CHECK(diff.threads->ended == 2);
    const PoolChange& workers = diff.threads->pools.front();
    CHECK(workers.name == "worker-#");
    CHECK(workers.threads.change() == 2);
    CHECK(workers.started == 3);
    CHECK(workers.ended == 1);
    CHECK(std::abs(workers.cpu_seconds - 0.45) < 1e-9);  // three that began since, 15 ticks each
    const auto& java = one(diff.threads->pools, [](const PoolChange& pool) { return pool.name == "java"; });
    CHECK(java.cpu_seconds == 0);
    CHECK(diff.threads->pools.back().name == "odd");
}

TEST_CASE("diff: a size that one walk keeps and the other has among its rest has no change that is known") {
    const auto sum = [](std::uint64_t blocks, std::uint64_t bytes) {
        return ChunkSum{blocks, Bytes(bytes), Bytes(bytes)};
    };
    MallocWalk before, after;
    before.sizes = {{Bytes(1016), sum(10, 10240)}, {Bytes(), sum(5, 100)}};
    after.sizes = {{Bytes(1016), sum(30, 30720)}, {Bytes(56), sum(8, 512)}, {Bytes(), sum(3, 60)}};
    before.untracked = {{"liba.so", "", "data pointer", Bytes(1016), sum(4, 4096)},
                        {"liba.so", "", "code pointer", Bytes(56), sum(1, 64)}};
    after.untracked = {{"liba.so", "", "data pointer", Bytes(1016), sum(9, 9216)}};
    const MallocChange change = malloc_changes(before, after);
    const auto of = [&](std::optional<Bytes> block) {
        return one(change.sizes, [&](const SizeChange& s) { return s.block == block; });
    };
    CHECK(of(Bytes(1016)).after->blocks == 30);
    CHECK_FALSE(of(Bytes(56)).before.has_value());
    CHECK(of(std::nullopt).before->blocks == 5);
    before.sizes.pop_back();
    CHECK(one(malloc_changes(before, after).sizes, [](const SizeChange& s) {
              return s.block == Bytes(56);
          }).before->blocks == 0);
    REQUIRE(change.owners.size() == 1);
    CHECK(change.owners[0].before.blocks == 5);
    CHECK(change.owners[0].after.blocks == 9);
}
