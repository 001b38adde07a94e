// Rules on what malloc holds: arenas, what was freed, what JNI code keeps, zlib, other allocators.
#include "findings/rules/malloc/malloc_rules.h"

#include <algorithm>

#include "catch.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/zlib_use.h"
#include "findings/judged_process.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

using namespace nmtx;
using made::chunks;
using made::mentions;

namespace {

// What the remedy with this command is said to give back; nothing where there is none, or no figure.
std::optional<Bytes> given_back(const Finding& finding, std::string_view command) {
    for (const Remedy& remedy : finding.remedies) {
        if (remedy.command == command) return remedy.gives_back;
    }
    return std::nullopt;
}

// Twenty arenas beside the main one, each with so much freed and so much live.
made::Judged with_arenas(Bytes freed, Bytes live) {
    made::Judged process(mib(400));
    process.walk().arenas.resize(21);
    for (ArenaFigures& arena : process.walk().arenas) {
        arena.binned = chunks(10, freed);
        arena.untracked = chunks(10, live);
        arena.resident = freed + live;
    }
    process.walk().arenas.front().main = true;
    return process;
}

UntrackedOwner owner(std::string kind, std::uint64_t blocks, Bytes bytes) {
    return {"libz.so.1", std::move(kind), "shape", Bytes(), chunks(blocks, bytes)};
}

// So many streams of inflate, 40 KiB each.
made::Judged with_streams(std::uint64_t streams) {
    made::Judged process(mib(400));
    process.library("/usr/lib/jvm/java-17/lib/libzip.so");
    process.walk().untracked = {owner("inflate window", streams, kib(32 * streams)),
                                owner("inflate state", streams, kib(7 * streams)),
                                owner("z_stream", streams, kib(streams))};
    return process;
}

}  // namespace

TEST_CASE("arena-count: many arenas that keep much are told, with what glibc goes by and what the quota is") {
    made::Judged process = with_arenas(mib(4), mib(1));
    process.view.cgroup_cpu = CgroupCpu{1.5};
    process.view.cpus_online = 16;
    const auto found = rule::arena_count(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].bytes == mib(80));
    CHECK(mentions(found[0], "MALLOC_ARENA_MAX=2"));
    process.parts().free = mib(84);
    CHECK(rule::retention(process.input()).empty());  // the same bytes
    CHECK(rule::arena_count(process.input()).at(0).bytes == mib(84));
    CHECK(mentions(found[0], "up to 128 arenas on 16 CPUs"));
    CHECK(mentions(found[0], "quota of 1.5 CPUs, which would give 12"));
    process.view.status.emplace().cpus_allowed = 2;
    CHECK(mentions(rule::arena_count(process.input()).at(0), "up to 16 arenas on 2 CPUs"));
}

TEST_CASE(
    "arena-count: live blocks in arenas, few arenas, one that has it all, and other allocators are none") {
    CHECK(rule::arena_count(with_arenas(Bytes(), mib(10)).input()).empty());
    CHECK(rule::arena_count(with_arenas(mib(1), mib(1)).input()).empty());  // 20 MiB
    made::Judged few = with_arenas(mib(20), Bytes());
    few.walk().arenas.resize(8);
    CHECK(rule::arena_count(few.input()).empty());
    made::Judged one = with_arenas(kib(64), Bytes());
    one.walk().arenas.back().binned = chunks(10, mib(100));
    CHECK(rule::arena_count(one.input()).empty());
    made::Judged large = with_arenas(mib(4), mib(1));
    large.ledger.rss = mib(60 * 1024);  // of 60 GiB, 80 MiB are nothing
    CHECK(rule::arena_count(large.input()).empty());
    made::Judged jemalloc = with_arenas(mib(4), mib(1));
    jemalloc.walk().allocator = "jemalloc and glibc";
    CHECK(rule::arena_count(jemalloc.input()).empty());
}

TEST_CASE("arena-count: without a walk what NMT has from malloc is taken off, and it stays a note") {
    made::Judged process(mib(400));
    process.library("/usr/lib/x86_64-linux-gnu/libc.so.6");
    for (std::uint64_t i = 1; i <= 12; ++i) {
        Mapping used, rest;
        const std::uint64_t at = 0x7f0000000000 + i * (128ULL << 20);
        used.range = range_of(at, at + (10 << 20));
        used.protection.read = used.protection.write = true;
        rest.range = range_of(at + (10 << 20), at + (64 << 20));
        process.view.smaps->mappings.push_back(used);
        process.view.smaps->mappings.push_back(rest);
    }
    process.row("malloc/arena", mib(240));
    CHECK(rule::arena_count(process.input()).empty());  // nothing to take off
    process.ledger.malloc.nmt = mib(200);
    CHECK(rule::arena_count(process.input()).empty());
    process.ledger.malloc.nmt = mib(40);
    const auto found = rule::arena_count(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].confidence == Confidence::low);
    CHECK(found[0].bytes == mib(200));
    CHECK(mentions(found[0], "13 glibc arenas"));
}

TEST_CASE("retention: where free memory lies decides which remedy is named") {
    made::Judged process(mib(400));
    process.jdk(21, "21.0.13");
    process.walk().arenas.resize(3);
    process.walk().arenas[0].main = true;
    for (ArenaFigures& arena : process.walk().arenas) arena.to_trim = Bytes();
    process.walk().arenas[1].binned = chunks(1000, mib(80));
    process.walk().arenas[1].to_trim = mib(30);
    process.parts().free = mib(80);
    process.parts().whole = mib(100);
    auto found = rule::retention(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(given_back(found[0], "jcmd PID System.trim_native_heap") == mib(30));
    CHECK(mentions(found[0], "once: about 30.0 MiB (estimate)"));
    CHECK(mentions(found[0], "the end of the main arena: about 30.0 MiB"));
    CHECK_FALSE(mentions(found[0], "MALLOC_TRIM_THRESHOLD_"));
    CHECK_FALSE(mentions(found[0], "MALLOC_ARENA_MAX=2"));  // one arena has it all

    process.walk().arenas[1].binned = {};
    process.walk().arenas[1].to_trim = Bytes();
    process.walk().arenas[1].top = chunks(1, mib(80));
    found = rule::retention(process.input());
    REQUIRE(found.size() == 1);
    CHECK_FALSE(mentions(found[0], "trim_native_heap"));  // it does not reach there
    CHECK(given_back(found[0], "MALLOC_TRIM_THRESHOLD_=131072") == minus_or_zero(mib(80), kib(128)));

    process.jdk(8, "1.8.0_504");
    process.walk().arenas[1].to_trim = mib(30);
    CHECK_FALSE(mentions(rule::retention(process.input()).at(0), "trim_native_heap"));
}

TEST_CASE("freed memory: each remedy has what it would give back, the one that gives most comes first") {
    made::Judged process = with_arenas(mib(6), mib(1));
    process.jdk(21, "21.0.13");
    for (ArenaFigures& arena : process.walk().arenas) {
        arena.to_trim = mib(2);
        arena.top = chunks(1, mib(3));
    }
    process.walk().arenas[3].binned = chunks(10, mib(20));
    const auto finding = rule::arena_count(process.input()).at(0);
    // The main arena's end too.
    CHECK(given_back(finding, "jcmd PID System.trim_native_heap") == mib(21 * 2 + 3));
    CHECK(given_back(finding, "MALLOC_TRIM_THRESHOLD_=131072") == minus_or_zero(mib(21 * 3), kib(21 * 128)));
    // All but the two that keep most, 23 and 9 MiB.
    CHECK(given_back(finding, "MALLOC_ARENA_MAX=2") == mib(19 * 9));
    CHECK(finding.remedies.front().command == "MALLOC_ARENA_MAX=2");
    for (const Remedy& remedy : finding.remedies) {
        CAPTURE(remedy.what);
        CHECK((!remedy.gives_back || remedy.what.find("(estimate") != std::string::npos));
    }
    // A capture of an earlier version does not tell the pages.
    process.walk().arenas[5].to_trim.reset();
    CHECK_FALSE(mentions(rule::arena_count(process.input()).at(0), "trim_native_heap"));
}

TEST_CASE("retention: a little is a note, less is nothing; what grows in the record is a warning") {
    made::Judged process(mib(400));
    process.ledger.rss = mib(100);
    process.walk().arenas.resize(1);
    process.parts().free = mib(20);
    CHECK(rule::retention(process.input()).at(0).severity == Severity::note);
    const RunTrend history = made::growing({Series::malloc_free_kept}, Verdict::retention, 30);
    CHECK(rule::retention(process.input(&history)).at(0).severity == Severity::warning);
    process.parts().free = mib(9);
    CHECK(rule::retention(process.input()).empty());
    process.parts().free = mib(20);
    process.ledger.rss = mib(1000);
    CHECK(rule::retention(process.input()).empty());
}

TEST_CASE("jni-malloc: one moment is a warning at the most, whatever it holds") {
    made::Judged process(mib(400));
    process.library("/usr/lib/jvm/java-17/lib/server/libjvm.so");
    process.library("/opt/app/librocksdbjni.so");
    process.parts().untracked = mib(300);
    const auto found = rule::jni_malloc(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(mentions(found[0], "librocksdbjni.so"));
    CHECK(mentions(found[0], "nmtx record PID"));
    // Whether it grows comes first, then whose blocks they are: that is not known here.
    CHECK(found[0].remedies.at(0).command.find("nmtx trend rec.db") != std::string::npos);
    CHECK(found[0].remedies.at(1).command == "nmtx malloc PID --owners");
    CHECK(label_of(found[0].refutes) == "Not a leak if");
    process.parts().untracked = mib(15);
    CHECK(rule::jni_malloc(process.input()).empty());
    process.parts().untracked = mib(39);  // not a tenth of RSS
    CHECK(rule::jni_malloc(process.input()).empty());
    process.parts().untracked = mib(300);
    process.parts().told_apart = false;
    CHECK(rule::jni_malloc(process.input()).empty());
}

TEST_CASE("jni-malloc: says of which amount of the table it is a part, and what else is in there") {
    made::Judged process(mib(400));
    process.ledger.malloc.resident = mib(340);
    process.parts().whole = mib(330);
    process.parts().tracked = mib(9);
    process.parts().untracked = mib(300);
    process.parts().free = mib(20);
    process.parts().overhead = mib(1);
    CHECK(mentions(
        rule::jni_malloc(process.input()).at(0),
        "300.0 of the 331.0 MiB of native malloc; the other 31.0 MiB: freed, other allocator, overhead."));
    process.ledger.malloc.resident = process.parts().whole = mib(309);
    process.parts().free = process.parts().overhead = Bytes();
    CHECK(mentions(rule::jni_malloc(process.input()).at(0), "That is all of native malloc, 300.0 MiB."));
}

TEST_CASE("jni-malloc: names the group that most is resident of, and how much of it is") {
    made::Judged process(mib(400));
    process.parts().untracked = mib(300);
    process.walk().untracked = {
        {"libtouched.so", "", "data pointer", Bytes(1016), chunks(200, mib(120))},
        {"libpartly.so", "", "data pointer", Bytes(4104), {100, mib(200), mib(160)}},
        {"libuntouched.so", "", "data pointer", Bytes(1052656), {4, mib(300), kib(16)}}};
    CHECK(mentions(
        rule::jni_malloc(process.input()).at(0),
        "Most of it: 100 blocks of 4,104 bytes (200.0 MiB, 160.0 MiB resident), owner libpartly.so."));
    process.walk().untracked.push_back({"", "", "size", Bytes(), chunks(70, mib(130))});
    process.walk().untracked.push_back({"", "", "size", Bytes(1016), chunks(30, mib(50))});
    const Finding found = rule::jni_malloc(process.input()).at(0);
    CHECK(mentions(found,
                   "Most of it: 100 blocks (180.0 MiB), owner unknown, among them 30 blocks of 1,016 bytes "
                   "(50.0 MiB)."));
    CHECK(std::any_of(found.remedies.begin(), found.remedies.end(),
                      [](const Remedy& remedy) { return remedy.command == "nmtx malloc PID --peek 1016"; }));
}

TEST_CASE("jni-malloc: the largest group that it names is none of zlib's, which its amount leaves out") {
    made::Judged process = with_streams(4096);  // 160 MiB
    auto& groups = process.walk().untracked;
    groups.push_back({"libfew.so", "", "data pointer", Bytes(1016), chunks(20, mib(20))});
    groups.push_back({"", "", "size", Bytes(4104), chunks(60, mib(60))});
    process.parts().untracked = mib(240);
    const Finding found = rule::jni_malloc(process.input()).at(0);
    CHECK(found.bytes == mib(80));
    CHECK(mentions(found, "Most of it: 60 blocks of 4,104 bytes (60.0 MiB), owner unknown."));
    CHECK(mentions(found, "nmtx malloc PID --peek 4104"));
    CHECK_FALSE(mentions(found, "libz.so.1"));
    RunTrend history = made::growing({Series::malloc_live_untracked}, Verdict::leak, 30);
    CHECK(mentions(rule::jni_malloc(process.input(&history)).at(0), "Most of it: 60 blocks of 4,104 bytes"));
}

TEST_CASE("jni-malloc: is sure of the amount and the owner, and leaves open whether it is a leak") {
    made::Judged process(mib(400));
    process.parts().untracked = mib(300);
    const Finding now = rule::jni_malloc(process.input()).at(0);
    CHECK(now.confidence == Confidence::high);
    CHECK(now.sure_of == "the amount and owner (native code)");
    CHECK(now.not_known == leak_or_cache);
    // A record that has decided leaves nothing open.
    const RunTrend flat = made::growing({Series::malloc_live_untracked}, Verdict::flat, 0);
    CHECK(rule::jni_malloc(process.input(&flat)).at(0).not_known.empty());
    const RunTrend undecided = made::growing({Series::malloc_live_untracked}, Verdict::undecided, 1);
    CHECK(rule::jni_malloc(process.input(&undecided)).at(0).not_known == leak_or_cache);
}

TEST_CASE("jni-malloc: what leaks in a record is a problem, with the rate and the profiler's command") {
    made::Judged process(mib(400));
    process.parts().untracked = mib(12);
    RunTrend history = made::growing({Series::malloc_live_untracked}, Verdict::leak, 30);
    auto found = rule::jni_malloc(process.input(&history));
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    CHECK(found[0].confidence == Confidence::high);
    CHECK(mentions(found[0], "30.0 MiB/h"));
    CHECK(mentions(found[0], "nmtx allocs PID --live --for 5m"));
    history.others[0].shape.span_s = 60;
    CHECK(rule::jni_malloc(process.input(&history)).at(0).confidence == Confidence::low);
    for (const Verdict verdict : {Verdict::flat, Verdict::growing, Verdict::warm_up, Verdict::periodic,
                                  Verdict::retention, Verdict::undecided}) {
        history.others[0].verdict = verdict;
        CHECK(rule::jni_malloc(process.input(&history)).empty());
    }
}

TEST_CASE("jni-malloc: what zlib has is zlib's to tell") {
    made::Judged process = with_streams(4096);  // 160 MiB
    process.parts().untracked = mib(165);
    CHECK(rule::jni_malloc(process.input()).empty());
    RunTrend history = made::growing({Series::malloc_live_untracked}, Verdict::leak, 30);
    RunTrend library = made::growing({Series::owner, "malloc/untracked/libz.so.1"}, Verdict::leak, 30);
    history.owners = library.owners;
    CHECK(rule::jni_malloc(process.input(&history)).empty());
    const auto found = rule::zlib(process.input(&history));
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
}

TEST_CASE("jni-malloc: libraries of the JDK and of the system are no suspects") {
    made::Judged process(mib(400));
    for (const char* name :
         {"/usr/lib/jvm/java-17/lib/server/libjvm.so", "/usr/lib/jvm/java-17/lib/libnio.so",
          "/usr/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libpthread-2.31.so", "/lib64/ld-linux-x86-64.so.2",
          "/usr/lib/x86_64-linux-gnu/libz.so.1.3.1", "/opt/app/lib/libnative.so.3 (deleted)",
          "/usr/lib/jvm/java-17-other/libagent.so", "/usr/lib/locale/C.utf8", "/opt/app/lib/libnative.so.3"})
        process.library(name);
    const auto found = foreign_libraries(process.view);
    REQUIRE(found.size() == 2);
    CHECK(library_list(found) == "libnative.so.3, libagent.so");
    CHECK(library_list({"a/1", "2", "3", "4", "5", "6", "7"}) == "1, 2, 3, 4, 5 and 2 more");
}

TEST_CASE("zlib: open streams are counted by their states; a few are nothing") {
    const auto use = zlib_use(with_streams(1000).walk());
    CHECK(use.inflaters == 1000);
    CHECK(use.deflaters == 0);
    CHECK(use.resident == kib(40000));
    auto found = rule::zlib(with_streams(1000).input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(mentions(found[0], "1,000 zlib streams"));
    CHECK(mentions(found[0], "jcmd PID GC.class_histogram -all"));
    CHECK(mentions(found[0], "without -all it runs a full GC"));
    CHECK(rule::zlib(with_streams(4000).input()).at(0).severity == Severity::warning);
    CHECK(rule::zlib(with_streams(99).input()).empty());
    CHECK(rule::zlib(with_streams(0).input()).empty());
    made::Judged large = with_streams(4000);
    large.ledger.rss = mib(60 * 1024);
    CHECK(rule::zlib(large.input()).empty());
    made::Judged no_library = with_streams(4000);
    no_library.view.smaps->mappings.clear();
    CHECK(rule::zlib(no_library.input()).empty());
}

TEST_CASE("other-allocator: by the walk, else by what is mapped; glibc alone is none") {
    made::Judged process(mib(400));
    process.library("/usr/lib/x86_64-linux-gnu/libc.so.6");
    CHECK(rule::other_allocator(process.input()).empty());
    process.library("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2");
    auto found = rule::other_allocator(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(mentions(found[0], "Mapped: /usr/lib/x86_64-linux-gnu/libjemalloc.so.2"));
    CHECK(mentions(found[0], "MALLOC_CONF=stats_print:true"));
    // Mapped, and glibc serves malloc all the same.
    process.walk().allocator = "glibc";
    CHECK(rule::other_allocator(process.input()).empty());
    process.walk().allocator = "glibc";
    process.walk().also_present = "jemalloc";
    process.row("malloc/jemalloc", mib(100));
    found = rule::other_allocator(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].title == "100.0 MiB may belong to jemalloc, loaded beside glibc (which serves malloc)");
    CHECK(found[0].confidence == Confidence::low);
    CHECK(mentions(found[0], "MALLOC_CONF=stats_print:true"));
    process.walk().also_present.clear();
    process.view.smaps->mappings.clear();
    process.walk().allocator = "musl";
    CHECK(mentions(rule::other_allocator(process.input()).at(0), "musl's malloc keeps no statistics"));
}
