// What holds for every capture. Add one to fixtures/captures and it is held to all of this.
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <set>

#include "accounts.h"
#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "change/diff.h"
#include "hotspot/known_jdks.h"
#include "law/fixtures.h"
#include "ledger/headline.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "report/parts/shares.h"
#include "report/reconciliation/report.h"

using namespace nmtx;

namespace {

// A capture with its view and its ledger; the view points into the capture.
struct Reconciled {
    explicit Reconciled(Capture evidence) : capture(std::move(evidence)) {
        if (auto read = reader.update(capture); !read) throw std::runtime_error(to_string(read.error()));
        auto made = reconcile(reader.view());
        if (!made) throw std::runtime_error(to_string(made.error()));
        ledger = std::move(*made);
    }
    [[nodiscard]] const ProcessView& view() const { return reader.view(); }

    Capture capture;
    ProcessReader reader;
    Ledger ledger;
};

Bytes distance(Bytes a, Bytes b) {
    return a > b ? minus_or_zero(a, b) : minus_or_zero(b, a);
}

const std::string system_map = document_of(question::system_map);
// The report that has NMT's map and call sites: in bytes, where the JDK can.
std::string detail_document(const Capture& capture) {
    const std::string in_bytes = document_of(question::nmt_detail_bytes);
    return capture.text(in_bytes) ? in_bytes : document_of(question::nmt_detail);
}

}  // namespace

TEST_CASE("law: each known JDK has a capture, or the README says that there is none") {
    std::set<std::string> releases;
    for (const auto& file : fixture_files())
        releases.insert(file.filename().string().substr(0, file.filename().string().find('-')));
    const std::string readme = read_whole(test::source_dir() + "/fixtures/captures/README.md");
    for (const int jdk : known_jdks) {
        INFO("JDK " << jdk);
        const bool said_to_have_none =
            readme.find(fmt::format("No capture of JDK {}:", jdk)) != std::string::npos;
        CHECK((releases.erase(fmt::format("jdk{}", jdk)) == 1) != said_to_have_none);
    }
    for (const std::string& release : releases) FAIL_CHECK(release << " is not in known_jdks");
}

TEST_CASE("law: the rows sum to RSS, the shares of the headline too, the pieces of each mapping to its Rss") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Reconciled r(read_fixture(file));
        Bytes rows;
        for (const Row& row : r.ledger.rows) rows += row.resident;
        CHECK(rows == r.view().smaps->rss);
        const Headline h = headline_of(r.ledger);
        CHECK(h.jvm_mmap + h.nmt_malloc + h.malloc_outside + h.files + h.native_stacks + h.other +
                  h.unexplained ==
              rows);
        Bytes printed;
        for (const Share& share : shares_of({&r.view(), &r.ledger})) printed += share.resident;
        CHECK(printed == rows);

        std::map<std::uint32_t, Bytes> of_mapping;
        for (const Piece& piece : r.ledger.pieces) {
            of_mapping[piece.mapping] += piece.resident;
            CHECK(piece.resident <= piece.range.size());
            CHECK(r.view().smaps->mappings[piece.mapping].range.contains(piece.range));
        }
        for (const auto& [mapping, bytes] : of_mapping) CHECK(bytes == r.view().smaps->mappings[mapping].rss);
        CHECK(of_mapping.size() == r.view().smaps->mappings.size());
    }
}

TEST_CASE("law: the call sites of a detail report are all understood, and sum to what NMT has from malloc") {
    std::size_t seen = 0;
    for (const auto& file : fixture_files()) {
        const Reconciled r(read_fixture(file));
        if (!r.view().nmt_sites) continue;
        ++seen;
        INFO(file.filename().string());
        const NmtSites& sites = *r.view().nmt_sites;
        CHECK(sites.notes.empty());
        Bytes sum, categories;
        for (const NmtSite& site : sites.sites) {
            // JDK 8 names no category where it is none.
            CHECK((!site.tag.empty() || site.kind == NmtSiteKind::mmap));
            CHECK(site.frames.size() <= 4);
            if (site.kind == NmtSiteKind::malloc) sum += site.committed;
        }
        for (const NmtCategory& category : r.view().nmt_map->categories)
            categories += category.malloc + category.arena;
        // Sites below 512 bytes are not printed, and there are some 1,500 of them.
        CHECK(distance(sum, categories) < kib(512));
    }
    CHECK(seen >= 6);
}

TEST_CASE("law: between any two captures the changes of the owners sum to that of RSS, and none is none") {
    const auto files = fixture_files();
    for (const auto& first : files) {
        const Reconciled a(read_fixture(first));
        for (const auto& second : files) {
            INFO(first.filename().string() << " and " << second.filename().string());
            const Reconciled b(read_fixture(second));
            const auto diff = diff_moments({&a.view(), &a.ledger}, {&b.view(), &b.ledger});
            REQUIRE(diff.has_value());
            std::int64_t sum = 0;
            for (const OwnerChange& owner : diff->owners) sum += owner.resident.change().value;
            CHECK(sum == difference(b.ledger.rss, a.ledger.rss).value);
            CHECK(diff->same_process == (first == second));
            if (first != second) continue;
            CHECK(std::all_of(diff->owners.begin(), diff->owners.end(),
                              [](const OwnerChange& owner) { return owner.resident.change() == Delta{}; }));
            CHECK(diff->mappings->mappings.empty());
            CHECK(diff->mappings->unchanged == a.view().smaps->mappings.size());
            CHECK(diff->threads->started + diff->threads->ended == 0);
            if (!diff->sites) continue;
            CHECK(diff->sites->malloc.change() == Delta{});
            CHECK(diff->sites->malloc.before > Bytes());
        }
    }
}

TEST_CASE("law: unexplained stays under 0.5 % of RSS with NMT's addresses, under 2 % without") {
    for (const auto& file : fixture_files()) {
        const Reconciled r(read_fixture(file));
        INFO(file.filename().string()
             << " " << r.ledger.unexplained.value() << " of " << r.ledger.rss.value());
        const bool weak = file.filename().string().find("-nmt-off") != std::string::npos ||
                          file.filename().string().find("-summary") != std::string::npos;
        CHECK(r.ledger.unexplained.value() * 1000 < r.ledger.rss.value() * (weak ? 20 : 5));
    }
}

TEST_CASE("law: the categories of NMT sum to its total, the gap is in order") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Reconciled r(read_fixture(file));
        if (!r.view().nmt) continue;
        Bytes reserved;
        Bytes committed;
        for (const CategoryRow& row : r.ledger.categories) {
            reserved += row.reserved;
            committed += row.committed;
        }
        const Bytes slack(r.view().nmt->unit == Bytes(1) ? 0 : 3 * 1024);  // JDK 8 rounds each figure to KB
        CHECK(distance(reserved, r.view().nmt->reserved) <= slack);
        CHECK(distance(committed, r.view().nmt->committed) <= slack);
        CHECK(r.ledger.gap.low <= r.ledger.gap.likely);
        CHECK(r.ledger.gap.likely <= r.ledger.gap.high);
    }
}

TEST_CASE(
    "law: what nothing commits is not resident: no category holds more than NMT committed, but for a page of "
    "rounding") {
    for (const auto& file : fixture_files()) {
        const Reconciled r(read_fixture(file));
        if (!r.view().nmt_map) continue;
        for (const CategoryRow& row : r.ledger.categories) {
            // Thread stacks: NMT measures them itself, from 26 on too low where they are neighbours. The zero
            // page of ZGC's views aside.
            if (!row.resident || row.name == "Thread") continue;
            const Bytes again = row.name == "Java Heap" ? r.ledger.mapped_again : Bytes();
            INFO(file.filename().string() << " " << row.name << " resident " << row.resident->value()
                                          << " committed " << row.mmap_committed.value());
            CHECK(minus_or_zero(*row.resident, again) <= row.mmap_committed + kib(64));
        }
    }
}

TEST_CASE("law: NMT's map and System.map, read apart, name the same owner for each mapping") {
    std::size_t compared = 0;
    for (const auto& file : fixture_files()) {
        const Capture capture = read_fixture(file);
        if (!capture.text(system_map) || !capture.text(detail_document(capture))) continue;
        const Reconciled by_map(without(capture, {system_map}));
        const Reconciled whole(read_fixture(file));
        std::size_t at = 0;
        for (const SystemMapRow& row : whole.view().system_map->rows) {
            if (row.rss == Bytes() || row.tags.size() != 1) continue;
            const auto category = nmt_category_of_system_map_tag(row.tags.front());
            REQUIRE(category.has_value());
            while (at < by_map.ledger.pieces.size() && by_map.ledger.pieces[at].range.end <= row.range.begin)
                ++at;
            bool some = false;
            bool agrees = false;
            for (std::size_t i = at;
                 i < by_map.ledger.pieces.size() && by_map.ledger.pieces[i].range.begin < row.range.end;
                 ++i) {
                const std::string& named =
                    by_map.ledger.owners.nmt_category(by_map.ledger.pieces[i].claim.owner);
                if (named.empty()) continue;
                some = true;
                agrees = agrees || named == *category || (*category == "Thread Stack" && named == "Thread");
            }
            INFO(file.filename().string()
                 << fmt::format(" {:x}", row.range.begin.value) << " " << row.tags.front());
            CHECK((agrees || !some));
            ++compared;
        }
    }
    CHECK(compared > 150);
}

TEST_CASE(
    "law: the ledger by NMT's map and the ledger by System.map differ by less than 0.2 % of RSS in any "
    "owner") {
    for (const auto& file : fixture_files()) {
        const Capture capture = read_fixture(file);
        if (!capture.text(system_map) || !capture.text(detail_document(capture))) continue;
        const Reconciled by_map(without(capture, {system_map}));
        const Reconciled by_tags(without(capture, {detail_document(capture)}));
        std::set<std::string> paths;
        for (const Row& row : by_map.ledger.rows) paths.insert(row.path);
        for (const Row& row : by_tags.ledger.rows) paths.insert(row.path);
        for (const std::string& path : paths) {
            const Bytes a = by_map.ledger.resident_of(path);
            const Bytes b = by_tags.ledger.resident_of(path);
            INFO(file.filename().string() << " " << path << " map " << a.value() << " tags " << b.value());
            CHECK(distance(a, b).value() * 500 <= by_map.ledger.rss.value());
        }
    }
}

TEST_CASE("law: any document may be missing, or cut anywhere, and there is a ledger or an error") {
    for (const auto& file : fixture_files()) {
        const Capture capture = read_fixture(file);
        for (const auto& [name, text] : capture.documents()) {
            INFO(file.filename().string() << " " << name);
            const Capture rest = without(capture, {name});
            ProcessReader reader;
            REQUIRE(reader.update(rest).has_value());
            CHECK(reconcile(reader.view()).has_value() == (name != document::smaps));
            for (const std::size_t cut : {1U, 4U, 7U}) {
                Capture damaged = without(capture, {});
                damaged.add(name, text->substr(0, text->size() * cut / 8));
                ProcessReader cut_reader;
                if (!cut_reader.update(damaged)) continue;
                const auto ledger = reconcile(cut_reader.view());
                if (!ledger) continue;
                Bytes rows;
                for (const Row& row : ledger->rows) rows += row.resident;
                CHECK(rows == ledger->rss);
            }
        }
    }
}

TEST_CASE("law: documents one by one give the report that they give together") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        const Reconciled at_once(read_fixture(file));
        Capture growing;
        ProcessReader reader;
        growing.header = capture.header;
        for (const Step& step : capture.steps()) growing.note_step(step);
        // Kernel documents, then the JVM's, smaps last of all that has addresses: as the collector goes.
        const auto add = [&](auto wanted) {
            for (const auto& [name, text] : capture.documents()) {
                if (!wanted(name)) continue;
                growing.add(name, *text);
                REQUIRE(reader.update(growing).has_value());
            }
        };
        add([](const std::string& n) {
            return n.starts_with("kernel/") && n != document::smaps && n != document::residency;
        });
        add([](const std::string& n) { return n == document::hsperfdata; });
        add([](const std::string& n) { return n.starts_with("hotspot/VM.native_memory summary"); });
        add([](const std::string& n) {
            return n.starts_with("hotspot/") && n != document::hsperfdata &&
                   !n.starts_with("hotspot/VM.native_memory summary");
        });
        add([](const std::string& n) { return n == document::smaps; });
        add([](const std::string& n) {
            return n.starts_with("malloc/") || n.starts_with("threads/") || n == document::residency;
        });
        const auto ledger = reconcile(reader.view());
        REQUIRE(ledger.has_value());
        const ReportOptions everything{true, true};
        CHECK(text_report(test::account(reader.view(), *ledger), everything, {}) ==
              text_report(test::account(at_once.view(), at_once.ledger), everything, {}));
        CHECK(json_report(test::account(reader.view(), *ledger)) ==
              json_report(test::account(at_once.view(), at_once.ledger)));
    }
}

TEST_CASE("law: no line of a report is wider than the terminal, and none holds a control character") {
    for (const auto& file : fixture_files()) {
        const Reconciled r(read_fixture(file));
        for (const std::size_t width : {40U, 80U, 100U}) {
            TextStyle style;
            style.width = width;
            style.bars = true;
            const std::string text = text_report(test::account(r.view(), r.ledger), {}, style);
            for (Lines lines(text); lines.next();) {
                INFO(file.filename().string() << " " << width << ": " << lines.line());
                CHECK(display_width(lines.line()) <= width);
                CHECK(printable(lines.line()) == lines.line());
            }
        }
    }
}

TEST_CASE("golden: each fixture's report is the one that was read and accepted") {
    for (const auto& file : fixture_files()) {
        const Reconciled r(read_fixture(file));
        std::filesystem::path expected = file;
        expected.replace_extension(".txt");
        const std::string text = text_report(test::account(r.view(), r.ledger), {true, false}, {});
        if (std::getenv("NMTX_ACCEPT") != nullptr) std::ofstream(expected) << text;
        INFO(expected.filename().string() << " (NMTX_ACCEPT=1 writes it anew; read the difference first)");
        CHECK(text == read_whole(expected));
    }
}
