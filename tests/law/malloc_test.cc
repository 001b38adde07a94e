// What holds for every capture with a walk over its malloc memory, of whatever moment. The walks are made by
// hand over the places that the captures know, in place of their own: these saw all there was.
#include <fmt/format.h>

#include "accounts.h"
#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "findings/judgement/judgement.h"
#include "findings/rules/rules.h"
#include "law/fixtures.h"
#include "ledger/headline.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "report/parts/findings_text.h"
#include "report/reconciliation/report.h"
#include "support/unfolded.h"

using namespace nmtx;

namespace {

// A walk that saw `percent` of the resident bytes that smaps shows in malloc's mappings.
MallocWalk walk_of(const ProcessView& view, std::uint64_t percent) {
    MallocWalk walk;
    walk.allocator = "glibc";
    walk.version = "2.36";
    walk.headers = view.nmt ? "canary" : "";
    const Ledger ledger = reconcile(view).value();
    Bytes whole;
    for (const Piece& piece : ledger.pieces) {
        const std::string& path = ledger.owners.path(piece.claim.owner);
        if (!path.starts_with("malloc/")) continue;
        const RegionKind kind = path == "malloc/main arena" ? RegionKind::main_arena
                                : path == "malloc/arena"    ? RegionKind::arena
                                                            : RegionKind::mmapped_chunk;
        walk.regions.push_back({piece.range, kind, piece.resident});
        whole += piece.resident;
    }
    const auto part = [&](std::uint64_t share) {
        const Bytes bytes(whole.value() / 10000 * percent * share);
        return ChunkSum{bytes.value() / 64, bytes, bytes};
    };
    ArenaFigures arena;
    arena.main = true;
    arena.system = arena.resident = whole;
    (view.nmt ? arena.tracked : arena.untracked) = part(30);
    arena.untracked += part(40);
    arena.tcache = part(5);
    arena.binned = part(15);
    arena.top = part(9);
    arena.overhead = part(1);
    walk.arenas.push_back(arena);
    if (view.nmt) walk.tracked = {{"Internal", arena.tracked.bytes, arena.tracked}};
    walk.untracked = {{"libtarget.so", "", "data pointer", Bytes(1016), part(30)},
                      {"", "", "size", {}, part(10)}};
    walk.sizes = {{Bytes(1016), part(30)}, {{}, part(10)}};
    return walk;
}

Capture with_walk(const std::filesystem::path& file, std::uint64_t percent) {
    Capture capture = read_fixture(file);
    ProcessReader reader;
    if (auto read = reader.update(capture); !read) throw std::runtime_error(to_string(read.error()));
    capture.add(document::malloc_walk, format_malloc_walk(walk_of(reader.view(), percent)));
    return capture;
}

}  // namespace

TEST_CASE("law: with a walk of another moment the rows sum to RSS, and nothing outside malloc changes") {
    for (const auto& file : fixture_files()) {
        Capture plain = read_fixture(file);
        plain.add(document::malloc_walk, "");  // some fixtures have a walk of their own
        ProcessReader before;
        REQUIRE(before.update(plain).has_value());
        const Ledger without_walk = reconcile(before.view()).value();
        for (const std::uint64_t percent : {0U, 60U, 100U, 140U, 100000U}) {
            INFO(file.filename().string() << ", a walk that saw " << percent << " %");
            const Capture capture = with_walk(file, percent);
            ProcessReader reader;
            REQUIRE(reader.update(capture).has_value());
            const Ledger ledger = reconcile(reader.view()).value();
            Bytes rows;
            for (const Row& row : ledger.rows) {
                CHECK(row.resident <= ledger.rss);
                rows += row.resident;
                if (!row.path.starts_with("malloc/"))
                    CHECK(row.resident == without_walk.resident_of(row.path));
            }
            CHECK(rows == ledger.rss);
            const MallocParts parts = ledger.malloc.parts.value();
            CHECK(parts.tracked + parts.untracked + parts.free + parts.overhead + parts.not_walked ==
                  parts.whole);
            CHECK(ledger.malloc.resident == without_walk.malloc.resident);
            const Headline h = headline_of(ledger);
            CHECK(h.jvm_mmap + h.nmt_malloc + h.malloc_outside + h.files + h.native_stacks + h.other +
                      h.unexplained ==
                  rows);
            if (ledger.gap.likely) {
                CHECK(ledger.gap.low <= ledger.gap.likely);
                CHECK(ledger.gap.likely <= ledger.gap.high);
            }
        }
    }
}

TEST_CASE("law: with a walk no line of a report is wider than the terminal, and the first screen is one") {
    for (const auto& file : fixture_files()) {
        const Capture capture = with_walk(file, 90);
        ProcessReader reader;
        REQUIRE(reader.update(capture).has_value());
        const Ledger ledger = reconcile(reader.view()).value();
        for (const std::size_t width : {40U, 80U, 100U}) {
            TextStyle style;
            style.width = width;
            style.bars = true;
            const std::string first = text_report(test::account(reader.view(), ledger), {}, style);
            const std::string malloc = malloc_report(Moment{&reader.view(), &ledger}, {}, style);
            const std::string both = first + malloc;
            for (Lines lines(both); lines.next();) {
                INFO(file.filename().string() << " " << width << ": " << lines.line());
                CHECK(display_width(lines.line()) <= width);
                CHECK(printable(lines.line()) == lines.line());
            }
            INFO(first);
            if (width == 100) CHECK(std::count(first.begin(), first.end(), '\n') <= 34);
        }
    }
}

TEST_CASE("law: a walk that is cut anywhere leaves the ledger as it is without, and says so") {
    for (const auto& file : fixture_files()) {
        Capture capture = with_walk(file, 90);
        const std::string text(*capture.text(document::malloc_walk));
        Capture plain = read_fixture(file);
        plain.add(document::malloc_walk, "");  // some fixtures have a walk of their own
        ProcessReader before;
        REQUIRE(before.update(plain).has_value());
        const Ledger without_walk = reconcile(before.view()).value();
        for (std::size_t cut = 1; cut <= 7; ++cut) {
            capture.add(document::malloc_walk, text.substr(0, text.size() * cut / 8));
            ProcessReader reader;
            REQUIRE(reader.update(capture).has_value());
            const Ledger ledger = reconcile(reader.view()).value();
            CHECK(ledger.rows.size() == without_walk.rows.size());
            const std::string first = text_report(test::account(reader.view(), ledger), {}, {});
            INFO(file.filename().string() << '\n' << first);
            // In the verdict where it is about this memory, else in a note: with the place in the document.
            const std::string said = test::unfolded(first);
            CHECK(said.find("not analysed") != std::string::npos);
            CHECK(said.find("malloc/walk.json:") != std::string::npos);
        }
    }
}
