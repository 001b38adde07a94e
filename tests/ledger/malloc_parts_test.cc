#include "ledger/partition/malloc_parts.h"

#include <utility>

#include "allocator/made_walk.h"
#include "catch.h"
#include "ledger/claims/claims.h"
#include "ledger/headline.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// The made walk's process as the kernel shows it: [heap], an arena heap with its reservation, mmapped chunks;
// `chunks_kib` of the last resident.
made::Process process_of(std::uint64_t chunks_kib) {
    made::Process process;
    process.map(0x10000000, 0x14000000, "rw-p", 40960);
    process.map(0x555500000000, 0x555500100000, "rw-p", 1000, "[heap]");
    process.map(0x7f2d54000000, 0x7f2d57000000, "rw-p", 49152);
    process.map(0x7f2d57000000, 0x7f2d58000000, "---p", 0);
    process.map(0x7f2d60000000, 0x7f2d72600000, "rw-p", chunks_kib);
    ProcessView& view = process.read();
    view.nmt_map.emplace().regions.push_back(made::region(0x10000000, 0x14000000, "Java Heap"));
    NmtCategory& internal = process.category("Internal");
    internal.malloc = kib(2001);
    internal.malloc_count = 5901;
    process.category("Arena Chunk").malloc = kib(8);
    NmtCategory& thread = process.category("Thread");
    thread.malloc = kib(1);
    thread.arena = kib(90);
    view.nmt->unit = Bytes(1);
    view.malloc_walk = made_walk();
    view.malloc_walk->regions.back().range.end = {0x7f2d72600000};
    return process;
}

// What the walk of the made process sums to.
Bytes seen() {
    const MallocWalk walk = made_walk();
    return walk.live_tracked().resident + walk.live_untracked().resident + walk.free().resident +
           walk.of_arenas(&ArenaFigures::overhead).resident + walk.not_walked();
}

// Resident KiB of the chunks' mapping so that all of malloc has `whole`.
std::uint64_t chunks_for(Bytes whole) {
    return minus_or_zero(whole, kib(1000 + 49152)).value() / 1024;
}

void check_laws(const ProcessView& view, const Ledger& ledger) {
    Bytes rows;
    for (const Row& row : ledger.rows) {
        CHECK(row.resident <= ledger.rss);
        rows += row.resident;
    }
    CHECK(rows == view.smaps->rss);
    for (const std::string_view gone : {"malloc/main arena", "malloc/arena", "malloc/mmapped chunk"})
        CHECK(ledger.resident_of(gone) == Bytes());
    const MallocParts& parts = ledger.malloc.parts.value();
    CHECK(parts.tracked + parts.untracked + parts.free + parts.overhead + parts.not_walked == parts.whole);
    CHECK(parts.whole == ledger.resident_below(owner_path::malloc));
    const Headline h = headline_of(ledger);
    CHECK(h.jvm_mmap + h.nmt_malloc + h.malloc_outside + h.files + h.native_stacks + h.other +
              h.unexplained ==
          ledger.rss);
    if (ledger.gap.likely) {
        CHECK(ledger.gap.low <= ledger.gap.likely);
        CHECK(ledger.gap.likely <= ledger.gap.high);
    }
}

}  // namespace

TEST_CASE("malloc in the ledger: a walk's chunks become rows that sum to what malloc has resident") {
    const made::Process process = process_of(chunks_for(seen()));
    const ProcessView& view = process.view;
    const Ledger ledger = reconcile(view).value();
    check_laws(view, ledger);
    const Bytes rounding = minus_or_zero(seen(), kib(seen().value() / 1024));
    CHECK(rounding == Bytes());
    CHECK(ledger.resident_of("malloc/nmt-tracked/other") == mib(32));
    CHECK(ledger.resident_of("malloc/nmt-tracked/internal") == mib(2) + kib(500));
    CHECK(ledger.resident_of("malloc/untracked/libtarget.so") == Bytes(177719 * 1024) + mib(4));
    CHECK(ledger.resident_of("malloc/untracked/libz.so.1") == mib(2));
    CHECK(ledger.resident_of("malloc/untracked/not attributed") == kib(100));
    CHECK(ledger.resident_of("malloc/free/tcache") == kib(7));
    CHECK(ledger.resident_of("malloc/free/fastbins") == kib(1));
    CHECK(ledger.resident_of("malloc/free/bins") == mib(3));
    CHECK(ledger.resident_of("malloc/free/top") == kib(395));
    CHECK(ledger.resident_of("malloc/overhead") == kib(8));
    CHECK(ledger.resident_of("malloc/not-walked") == kib(32));
    CHECK(ledger.malloc.parts->moved == Bytes());
    CHECK(ledger.rows.front().evidence == "malloc walk");
    CHECK(ledger.unexplained == Bytes());
}

TEST_CASE("malloc in the ledger: NMT's malloc is what was found of it, and the gap follows") {
    const Ledger ledger = reconcile(process_of(chunks_for(seen())).view).value();
    const Bytes tracked = mib(34) + kib(500);
    CHECK(ledger.malloc.measured());
    CHECK(headline_of(ledger).nmt_malloc == tracked);
    CHECK(ledger.gap.likely->value == ledger.gap.high->value - static_cast<std::int64_t>(tracked.value()));
    CHECK(ledger.malloc.outside_nmt() == minus_or_zero(ledger.malloc.resident, tracked));
}

TEST_CASE("malloc in the ledger: what came after the walk is not walked") {
    const made::Process process = process_of(chunks_for(seen() + kib(5000)));
    const ProcessView& view = process.view;
    const Ledger ledger = reconcile(view).value();
    check_laws(view, ledger);
    CHECK(ledger.resident_of("malloc/not-walked") == kib(5032));
    CHECK(ledger.malloc.parts->moved == Bytes());
}

TEST_CASE("malloc in the ledger: what went after the walk is taken off the largest row") {
    const Bytes gone = GENERATE(kib(4), kib(5000), mib(180), mib(190));
    const made::Process process = process_of(chunks_for(minus_or_zero(seen(), gone)));
    const ProcessView& view = process.view;
    const Ledger ledger = reconcile(view).value();
    check_laws(view, ledger);
    const Bytes whole = ledger.malloc.parts->whole;
    CHECK(ledger.malloc.parts->moved == minus_or_zero(seen(), whole));
    CHECK(ledger.resident_of("malloc/untracked/libtarget.so") ==
          minus_or_zero(Bytes(177719 * 1024) + mib(4), ledger.malloc.parts->moved));
    CHECK(ledger.resident_of("malloc/free/bins") <= mib(3));
}

TEST_CASE("malloc in the ledger: without NMT all live blocks are live, none is called untracked") {
    made::Process process = process_of(chunks_for(seen()));
    ProcessView& view = process.view;
    view.nmt.reset();
    view.malloc_walk->headers.clear();
    view.malloc_walk->tracked.clear();
    for (ArenaFigures& arena : view.malloc_walk->arenas) arena.untracked += std::exchange(arena.tracked, {});
    view.malloc_walk->mmapped_untracked += std::exchange(view.malloc_walk->mmapped_tracked, {});
    const Ledger ledger = reconcile(view).value();
    check_laws(view, ledger);
    CHECK(ledger.resident_of("malloc/live/libtarget.so") == Bytes(177719 * 1024) + mib(4));
    // The blocks that the list of owners leaves out are live all the same.
    CHECK(ledger.resident_of("malloc/live/not attributed") == kib(100) + mib(34) + kib(500));
    CHECK(ledger.resident_below(owner_path::untracked) == Bytes());
    CHECK_FALSE(ledger.malloc.measured());
}

TEST_CASE("malloc in the ledger: a walk that was not possible changes no row") {
    made::Process process = process_of(chunks_for(seen()));
    ProcessView& view = process.view;
    view.malloc_walk->why_not_walked = "the limit is 0";
    ProcessView without = view;
    without.malloc_walk.reset();
    const Ledger a = reconcile(view).value(), b = reconcile(without).value();
    REQUIRE(a.rows.size() == b.rows.size());
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
        CHECK(a.rows[i].path == b.rows[i].path);
        CHECK(a.rows[i].resident == b.rows[i].resident);
    }
    CHECK_FALSE(a.malloc.parts.has_value());
}

TEST_CASE(
    "malloc in the ledger: the rest of an arena heap's 64 MiB belongs to it, but not what another region "
    "has") {
    made::Process process = process_of(1024);
    ProcessView& view = process.view;
    view.malloc_walk->regions = {{range_of(0x7f2d54000000, 0x7f2d54100000), RegionKind::arena, {}},
                                 {range_of(0x7f2d55000000, 0x7f2d57000000), RegionKind::mmapped_chunk, {}}};
    Owners owners;
    const Layer<Claim> layer = claims_of_malloc_layout(view, owners);
    REQUIRE(layer.size() == 4);
    CHECK(layer[1].range == range_of(0x7f2d54100000, 0x7f2d55000000));
    CHECK(owners.path(layer[1].value.owner) == "malloc/arena");
    CHECK(owners.path(layer[2].value.owner) == "malloc/mmapped chunk");
    CHECK(layer[3].range == range_of(0x7f2d57000000, 0x7f2d58000000));
}

TEST_CASE("malloc in the ledger: an extension of the main arena is malloc's, wherever it lies") {
    made::Process process = process_of(1024);
    ProcessView& view = process.view;
    view.malloc_walk->regions = {{range_of(0x7f2d60000000, 0x7f2d72600000), RegionKind::main_arena, {}}};
    const Ledger ledger = reconcile(view).value();
    CHECK(ledger.owners.path(ledger.pieces.back().claim.owner) == "malloc/main arena");
    CHECK(ledger.pieces.back().claim.evidence == Evidence::malloc_walk);
}

TEST_CASE(
    "malloc in the ledger: forged figures and a million names leave a ledger that sums, with few rows") {
    made::Process process = process_of(9000);
    ProcessView& view = process.view;
    MallocWalk& walk = *view.malloc_walk;
    const Bytes most(~std::uint64_t{0});
    for (int i = 0; i < 1000; ++i) {
        walk.untracked.push_back({fmt::format("lib{}.so", i), "", "", {}, chunks(1, most, most)});
        walk.tracked.push_back({fmt::format("tag {}", i), most, chunks(1, most, most)});
    }
    walk.untracked.push_back({"other libraries", "", "", {}, chunks(1, kib(4), kib(4))});
    walk.untracked.push_back({"not attributed", "", "", {}, chunks(1, kib(4), kib(4))});
    const Ledger ledger = reconcile(view).value();
    check_laws(view, ledger);
    CHECK(ledger.rows.size() < 110);
}

TEST_CASE("malloc in the ledger: NMT's arenas lie in blocks of Arena Chunk, and both are compared") {
    made::Process process = process_of(1024);
    ProcessView& view = process.view;
    view.malloc_walk->tracked.push_back({"Arena Chunk", kib(98), chunks(3, kib(99), kib(99))});
    const std::vector<TrackedCheck> checks = check_tracked(view);
    REQUIRE(checks.size() == 4);
    CHECK(checks[0].name == "Other");
    CHECK_FALSE(checks[0].nmt.has_value());
    CHECK(checks[1].difference->value == -1024);
    CHECK(checks[1].nmt_blocks == 5901);
    CHECK(checks[2].nmt == kib(98));
    CHECK(checks[2].difference->value == 0);
    CHECK(checks[3].name == "Thread");
    CHECK(checks[3].blocks == 0);
    view.malloc_walk->headers.clear();
    CHECK(check_tracked(view).empty());
}
