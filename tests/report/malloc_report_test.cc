#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "account/account.h"
#include "allocator/made_walk.h"
#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "ledger/partition/reconcile.h"
#include "report/parts/malloc_notes.h"
#include "report/reconciliation/report.h"
#include "support/unfolded.h"
#include "text_parts.h"

using namespace nmtx;
using test::has;
using test::lines_with;
using test::unfolded;

namespace {

constexpr std::string_view heap_and_arena =
    "555500000000-555500100000 rw-p 00000000 00:00 0 [heap]\nRss: 1000 kB\nPss: 1000 kB\n"
    "7f2d54000000-7f2d62600000 rw-p 00000000 00:00 0\nRss: 230000 kB\nPss: 230000 kB\n";

ProcessView view_of(MallocWalk walk) {
    ProcessView view;
    view.header.pid = 3938;
    view.vm = Vm::hotspot;
    view.smaps = parse_smaps(heap_and_arena).value();
    view.nmt.emplace();
    view.nmt->unit = Bytes(1);
    NmtCategory other, chunk;
    other.name = "Other";
    other.malloc = mib(32);
    chunk.name = "Arena Chunk";
    chunk.malloc = Bytes(32784);
    view.nmt->categories = {other, chunk};
    view.malloc_walk = std::move(walk);
    view.steps = {{std::string(document::smaps), 1, 2}, {std::string(document::malloc_walk), 3, 40.5}};
    return view;
}

std::string main_text(const ProcessView& view, TextStyle style = {}, bool all = false) {
    return text_report(account_of(view).value(), {all, false}, style);
}

std::string malloc_text(const ProcessView& view, TextStyle style = {}, bool all = false) {
    return malloc_report(account_of(view).value().moment, {all, false}, style);
}

nlohmann::json json_of(const ProcessView& view) {
    return nlohmann::json::parse(json_report(account_of(view).value()));
}

void check_lines(const std::string& text, std::size_t width) {
    for (Lines lines(text); lines.next();) {
        INFO(lines.line());
        CHECK(display_width(lines.line()) <= width);
        CHECK(printable(lines.line()) == lines.line());
    }
}

}  // namespace

TEST_CASE("report: the first screen says what native malloc is made of") {
    const ProcessView view = view_of(made_walk());
    const std::string text = main_text(view);
    INFO(text);
    CHECK(has(text, "glibc 2.36"));
    CHECK(has(text, "    malloc                            34.5 "));
    CHECK(has(text, "    libtarget.so, in use             177.6          177,719 blocks of 1,016 bytes\n"));
    CHECK(has(text, "    freed but retained by glibc        3.4          in 2 arenas\n"));
    CHECK(
        has(text, "    not analysed                       8.0          no chunk found there, or newer than"));
    CHECK(has(text, "\nWARNING  "));
    CHECK(has(text, "nmtx allocs "));
    CHECK_FALSE(has(text, "--owners"));
    CHECK(has(unfolded(text),
              "Confidence in the amount and owner (native code): high. Not known: whether it is a leak or a "
              "cache that is meant to stay."));
    CHECK(has(text, "\nNot tracked by NMT: "));
    CHECK_FALSE(has(text, "estimated: malloc"));
    check_lines(text, 100);
    const std::string all = main_text(view, {}, true);
    INFO(all);
    CHECK(has(all, "of 32.0 allocated (NMT)"));
    CHECK(has(all, "    malloc's own overhead             <0.1"));
    CHECK(has(unfolded(all), "if all of NMT's malloc is resident"));
    check_lines(all, 100);
}

TEST_CASE("report: how long the walk took is left out where it is not known") {
    ProcessView view = view_of(made_walk());
    view.steps.pop_back();
    const std::string text = unfolded(malloc_text(view));
    INFO(text);
    CHECK_FALSE(has(text, "running in"));
    CHECK(has(text, ". Analysed while running;"));
    CHECK(json_of(view)["malloc"]["took_ms"].is_null());
}

TEST_CASE("report: without NMT's headers nothing is said to be native") {
    MallocWalk walk = made_walk();
    walk.headers.clear();
    walk.tracked.clear();
    ProcessView view = view_of(walk);
    view.nmt.reset();
    const std::string text = main_text(view);
    INFO(text);
    CHECK(has(text, "\n  malloc (JVM and native)            225.6"));
    CHECK(has(text, "    libtarget.so, in use "));
    CHECK(has(text, "\nWARNING  "));
    CHECK(has(main_text(view, {}, true), "-XX:NativeMemoryTracking="));
    CHECK_FALSE(has(text, "not in NMT"));
    CHECK_FALSE(has(text, "Not tracked"));
    const std::string alone = malloc_text(view);
    CHECK(has(alone, "no block has an NMT header"));
    CHECK_FALSE(has(alone, "not in NMT"));
}

TEST_CASE("report: a tenth of RSS that was freed and kept is a finding of its own") {
    MallocWalk walk = made_walk();
    walk.arenas.back().binned = chunks(12, mib(40), mib(40));
    const std::string text = main_text(view_of(walk));
    INFO(text);
    CHECK(lines_with(text, "40.4 MiB") > 0);
    CHECK(has(text, "    freed but retained by glibc       40.4 "));
}

TEST_CASE("report: a walk that was not possible is told with the reason, and how to ask the allocator") {
    MallocWalk walk = made_walk();
    walk.allocator = "jemalloc";
    walk.version.clear();
    walk.why_not_walked = "jemalloc serves malloc";
    const ProcessView view = view_of(walk);
    for (const std::string& text : {main_text(view), malloc_text(view)}) {
        INFO(text);
        CHECK(has(unfolded(text),
                  "malloc was not analysed: jemalloc serves malloc, and nmtx knows only glibc's layout."));
        CHECK(has(text, "MALLOC_CONF=stats_print:true"));
    }
    const auto json = json_of(view)["malloc"];
    CHECK(json["allocator"] == "jemalloc");
    CHECK(json["live_untracked_bytes"].is_null());
    CHECK(json["arenas"].is_null());
}

TEST_CASE("malloc report: totals, arenas, sizes, owners and the check against NMT") {
    const std::string text = malloc_text(view_of(made_walk()), {}, true);
    INFO(text);
    CHECK(has(unfolded(text), ": 179.7 not tracked by NMT, 34.5 tracked, 3.4 freed but retained by glibc."));
    CHECK(has(
        text,
        "Most of what NMT does not track: 177,719 blocks of 1,016 bytes (173.6 MiB), owner libtarget.so."));
    CHECK(text.find("owners, not in NMT") < text.find("malloc's memory, MiB"));
    CHECK(has(text, "in use, not in NMT                 177,822       179.7       179.7         -"));
    CHECK(has(text, "free: bins                              12         4.0         3.0       1.0"));
    CHECK(has(text, "  main              1      1.0      1.0      0.5        0.1      0.4\n"));
    CHECK(has(text, "  7f2d54000030      3    180.0    179.0      2.0      173.6      3.0\n"));
    CHECK(has(text, "  Large blocks with their own mapping: 5, 38.0 MiB"));
    CHECK(has(unfolded(text), "matches glibc's counter"));
    CHECK(has(text, "1,016 B                  177,719       173.6"));
    CHECK(has(text, "libtarget.so       -              177,719 × 1,016 B    173.6  data pointer"));
    CHECK(has(text, "libz.so.1          inflate window      1 × 65,544 B      2.0  shape"));
    CHECK(has(text, "Arena Chunk                           0               0          32,784      -32,784"));
    CHECK(has(text, "Other                                 2      33,554,432      33,554,432            0"));
    CHECK(has(text, "Analysed while running in 40 ms;"));
    CHECK(has(text, "a bound was reached"));
    check_lines(text, 100);
}

TEST_CASE("malloc report: the largest group is the one of the first row, by what is resident") {
    MallocWalk walk = made_walk();
    walk.untracked.push_back(
        {"libuntouched.so", "", "data pointer", Bytes(1052656), {900, mib(900), kib(16)}});
    std::string text = malloc_text(view_of(walk));
    INFO(text);
    CHECK(has(
        unfolded(text),
        "Most of what NMT does not track: 177,719 blocks of 1,016 bytes (173.6 MiB), owner libtarget.so."));
    walk.untracked = {{"", "", "size", Bytes(1016), {10, mib(60), mib(40)}},
                      {"", "", "size", Bytes(), {10, mib(30), mib(30)}},
                      {"liba.so", "", "data pointer", Bytes(4104), {1000, mib(65), mib(65)}},
                      {"libb.so", "", "data pointer", Bytes(2056), {900, mib(900), kib(16)}}};
    text = malloc_text(view_of(walk));
    INFO(text);
    CHECK(has(
        unfolded(text),
        "Largest group of what NMT does not track: 20 blocks (90.0 MiB, 70.0 MiB resident), owner unknown, "
        "among them 10 blocks of 1,016 bytes (60.0 MiB, 40.0 MiB resident)."));
    CHECK(text.find("owner unknown  ") < text.find("liba.so"));
    CHECK(largest_remark(walk, 80) == "largest: 20 blocks");
    walk.untracked = {{"", "", "size", Bytes(1016), chunks(177719, mib(170), mib(170))},
                      {"", "", "size", Bytes(), chunks(10, mib(5), mib(5))}};
    CHECK(largest_remark(walk, 80) == "177,719 blocks of 1,016 bytes");
}

TEST_CASE("malloc report: blocks without a pointer are called leaked only where the Java heap was searched") {
    MallocWalk walk = made_walk();
    Holder nothing;
    nothing.kind = HolderKind::nothing;
    nothing.held = {3, mib(2), mib(2)};
    walk.holders.emplace().holders = {nothing};
    walk.holders->heap_passes = 1;
    CHECK(has(
        unfolded(malloc_text(view_of(walk))),
        "No pointer from outside was found to 2.0 MiB in 3 blocks: leaked, freed meanwhile, or held by an "
        "encoded pointer or only by a register."));
    walk.holders->heap_passes = 2;
    walk.holders->heap_may_miss = "a collection ran during the second search, too";
    const std::string missed = unfolded(malloc_text(view_of(walk)));
    CHECK(has(
        missed,
        "Objects in the Java heap may have been missed: a collection ran during the second search, too."));
    CHECK(
        has(missed, "leaked, freed meanwhile, or held by an object that was missed, an encoded pointer or"));
    walk.holders->heap_may_miss.clear();
    walk.holders->heap_passes = 0;
    walk.holders->heap_not_read = "with --freeze the Java heap is not copied";
    const std::string text = unfolded(malloc_text(view_of(walk)));
    CHECK(has(text, "in 3 blocks. The Java heap may hold them: whether they are leaked is not known."));
    CHECK_FALSE(has(text, "blocks: leaked"));
    walk.arenas[0].not_walked = mib(100);
    CHECK(has(unfolded(malloc_text(view_of(walk))),
              "The Java heap and 100.0 MiB that were not analysed may hold them"));
    walk.holders->heap_not_read.clear();
    walk.holders->heap_passes = 1;
    CHECK(has(unfolded(malloc_text(view_of(walk))), "or held by the 100.0 MiB that were not analysed, an"));
}

TEST_CASE(
    "malloc report: a block's other holders are named, and a block without one is not held by anything") {
    MallocWalk walk = made_walk();
    Holder holder;
    holder.kind = HolderKind::java_field;
    holder.name = "com.example.Handle.peer";
    holder.held = holder.direct = holder.shared = {3000, mib(6), mib(6)};
    holder.also = {"long[]", "com.example.Other.peer"};
    walk.holders.emplace().holders = {holder};
    walk.holders->heap_passes = 1;
    CHECK(has(malloc_text(view_of(walk)), "    also by long[], com.example.Other.peer\n"));
    HolderChain& chain = walk.holders->chain.emplace();
    chain.asked = {0x7f0000001010};
    chain.holder = "no pointer found";
    chain.blocks = {chain.asked};
    const std::string text = unfolded(malloc_text(view_of(walk)));
    CHECK(has(text, "No pointer from outside was found to 0x7f0000001010: leaked, freed meanwhile, or"));
    CHECK_FALSE(has(text, "held by no pointer"));
}

TEST_CASE("malloc report: a library that follows from native methods only is said to") {
    MallocWalk walk = made_walk();
    walk.untracked = {{"libacme.so", "com.acme.Cache.p", std::string(held_evidence::natives_of_package),
                       Bytes(2008), chunks(3000, mib(200), mib(200))}};
    CHECK(has(unfolded(malloc_text(view_of(walk))),
              "owner libacme.so (has native methods of the Java package that holds them)"));
    walk.untracked[0].evidence = held_evidence::natives_of_class;
    const std::string text = malloc_text(view_of(walk));
    CHECK(has(unfolded(text), "owner libacme.so (has the native methods of the Java class that holds them)"));
    CHECK(has(text, "Java heap, natives"));
}

TEST_CASE("malloc report: where nothing in use was analysed, nothing is said of it") {
    MallocWalk walk = made_walk();
    walk.headers.clear();
    walk.untracked.clear();
    walk.sizes.clear();
    for (ArenaFigures& arena : walk.arenas) {
        const Bytes resident = arena.resident;
        arena = {};
        arena.resident = arena.not_walked = resident;
    }
    walk.mmapped_tracked = walk.mmapped_untracked = {};
    const std::string text = unfolded(malloc_text(view_of(walk)));
    INFO(text);
    CHECK(has(text, "no block in use was analysed."));
    CHECK_FALSE(has(text, "JVM's blocks are among"));
    CHECK_FALSE(has(text, "use --freeze for an exact snapshot"));
}

TEST_CASE("malloc report: a Java class and its field are readable however wide the terminal is") {
    constexpr std::string_view field = "org.rocksdb.ColumnFamilyHandle.nativeHandle_";
    MallocWalk walk = made_walk();
    walk.untracked.push_back({"librocksdbjni.so", std::string(field), "Java heap", Bytes(1016),
                              chunks(177719, mib(180), mib(180))});
    Holder holder;
    holder.kind = HolderKind::java_field;
    holder.name = field;
    holder.library = "librocksdbjni.so";
    holder.held = holder.direct = {177719, mib(180), mib(180)};
    walk.holders.emplace().holders = {holder};
    TextStyle style;
    style.width = 80;
    std::string text = malloc_text(view_of(walk), style);
    INFO(text);
    check_lines(text, 80);
    CHECK(has(text,
              "  librocksdbjni.so                  177,719 × 1,016 B    180.0  Java heap\n"
              "    org.rocksdb.ColumnFamilyHandle.nativeHandle_\n"));
    CHECK(has(text, "inflate window      1 × 65,544 B      2.0  shape\n"));
    CHECK(has(text,
              "      180.0  100.2     177,719     177,719\n"
              "    org.rocksdb.ColumnFamilyHandle.nativeHandle_ (Java), librocksdbjni.so\n"));
    style.width = 40;
    text = malloc_text(view_of(walk), style);
    check_lines(text, 40);
    CHECK(has(text, "\n    …db.ColumnFamilyHandle.nativeHandle_\n"));
    style.width = 120;
    text = malloc_text(view_of(walk), style);
    CHECK(has(text, "  org.rocksdb.ColumnFamilyHandle.nativeHandle_ (Java), librocksdbjni.so\n"));
    CHECK(has(text, "  librocksdbjni.so   org.rocksdb.ColumnFamilyHandle.nativeHandle_ 177,719 × 1,016 B "));
}

TEST_CASE("malloc report: an arena's bar has four fills, in ASCII where there is no more") {
    TextStyle style;
    style.bars = true;
    style.unicode = false;
    MallocWalk walk = made_walk();
    ArenaFigures& arena = walk.arenas.back();
    arena.system = mib(120);
    arena.tracked = chunks(1, mib(40), mib(40));
    arena.untracked = chunks(1, mib(20), mib(20));
    arena.binned = chunks(1, mib(30), mib(30));
    arena.tcache = {};
    std::string text = malloc_text(view_of(walk), style);
    INFO(text);
    CHECK(has(text, "  ##########uuuuu........_______\n"));
    CHECK(has(text, "# tracked by NMT  u not in NMT  . free  _ not resident"));
    for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
    style.unicode = true;
    text = malloc_text(view_of(walk), style);
    CHECK(has(text, "██████████▓▓▓▓▓░░░░░░░░·······\n"));
    check_lines(text, 100);
}

TEST_CASE("malloc report: what a frozen target paid is told") {
    MallocWalk walk = made_walk();
    walk.frozen = true;
    walk.stood_still_ms = 12.25;
    const std::string text = unfolded(malloc_text(view_of(walk)));
    INFO(text);
    CHECK(has(text, "Analysed a copy in 40 ms; the target was stopped for 12.2 ms"));
}

TEST_CASE("malloc report: hostile names and widths, and forged figures, break nothing") {
    MallocWalk walk = made_walk();
    const Bytes most(~std::uint64_t{0});
    walk.untracked.push_back(
        {"lib\x1b[2J\xff.so", "kind\n", "\x07", most, chunks(~std::uint64_t{0}, most, most)});
    walk.tracked.push_back({"tag\t\x1b]0;x", most, chunks(1, most, most)});
    walk.allocator = "glibc\x1b";
    walk.notes.emplace_back("note\x1b[31m");
    walk.arenas.push_back(walk.arenas.back());
    walk.arenas.back().untracked = chunks(~std::uint64_t{0}, most, most);
    walk.arenas.back().free() = {};
    walk.sizes.push_back({most, chunks(~std::uint64_t{0}, most, most)});
    walk.mmapped_expected = most;
    const ProcessView view = view_of(walk);
    for (const std::size_t width : {40U, 80U, 100U, 200U}) {
        TextStyle style;
        style.width = width;
        style.bars = true;
        check_lines(malloc_text(view, style, true), width);
        check_lines(main_text(view, style), width);
    }
    CHECK(json_report(account_of(view).value()).find("\\u001b") == std::string::npos);
}

TEST_CASE("malloc report: long tables are cut, --all shows them whole") {
    MallocWalk walk = made_walk();
    for (std::uint64_t i = 0; i < 40; ++i) {
        walk.arenas.push_back(walk.arenas[1]);
        walk.sizes.push_back({Bytes(24 + 16 * i), chunks(1, Bytes(32), Bytes(32))});
    }
    CHECK(has(malloc_text(view_of(walk)), "34 more (--all)"));
    CHECK_FALSE(has(malloc_text(view_of(walk), {}, true), "more (--all)"));
}

TEST_CASE("malloc report: a capture without a walk shows what malloc's mappings hold") {
    ProcessView view = view_of(made_walk());
    view.malloc_walk.reset();
    CHECK(has(malloc_text(view), "malloc/main arena"));
    CHECK(has(unfolded(malloc_text(view)), "malloc was not analysed: this snapshot has no malloc walk."));
    view.missing.push_back({std::string(document::malloc_walk), "--malloc=never", "leave it out"});
    for (const std::string& text : {malloc_text(view), main_text(view)})
        CHECK(has(unfolded(text),
                  "malloc was not analysed: --malloc=never was given. Find what is in use and what is freed: "
                  "nmtx malloc "));
    CHECK(json_of(view)["malloc"].is_null());
}

TEST_CASE("json: malloc has the figures of the walk, null where nothing is known") {
    const auto json = json_of(view_of(made_walk()));
    const auto& malloc = json["malloc"];
    CHECK(malloc["allocator"] == "glibc");
    CHECK(malloc["version"] == "2.36");
    CHECK(malloc["why_not_walked"].is_null());
    CHECK(malloc["live_tracked_bytes"] == (mib(34) + kib(500)).value());
    CHECK(malloc["live_untracked_bytes"] == 177719 * 1024 + (mib(6) + kib(100)).value());
    CHECK(malloc["free_resident_bytes"] == (mib(3) + kib(403)).value());
    CHECK(malloc["overhead_bytes"] == 8192);
    CHECK(malloc["not_walked_bytes"] == 32768);
    CHECK(malloc["arenas"].size() == 2);
    CHECK(malloc["arenas"][1]["state"] == "0x7f2d54000030");
    CHECK(malloc["arenas"][1]["bins"]["resident_bytes"] == mib(3).value());
    CHECK(malloc["tracked_by_category"][0]["name"] == "Other");
    CHECK(malloc["tracked_by_category"][0]["nmt_bytes"] == mib(32).value());
    CHECK(malloc["tracked_by_category"][1]["nmt_bytes"].is_null());
    CHECK(malloc["untracked"][0]["owner"] == "libtarget.so");
    CHECK(malloc["untracked"][0]["kind"].is_null());
    CHECK(malloc["untracked"][0]["block_bytes"] == 1016);
    CHECK(malloc["untracked"][0]["blocks"] == 177719);
    CHECK(malloc["untracked"][3]["owner"].is_null());
    CHECK(malloc["untracked"][3]["block_bytes"].is_null());
    CHECK(malloc["sizes"][0]["block_bytes"] == 1016);
    CHECK(malloc["frozen"] == false);
    CHECK(malloc["took_ms"] == 40.5);
    CHECK(malloc["notes"][0] == "a bound was reached");
    std::uint64_t rows = 0;
    for (const auto& owner : json["owners"]) rows += owner["resident_bytes"].get<std::uint64_t>();
    CHECK(rows == json["rss_bytes"]);
}
