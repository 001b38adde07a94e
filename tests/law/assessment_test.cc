// What holds for the verdict on every capture, and on processes made at random.
#include <nlohmann/json.hpp>
#include <random>

#include "accounts.h"
#include "catch.h"
#include "findings/judgement/judgement.h"
#include "law/fixtures.h"
#include "ledger/headline.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "report/reconciliation/report.h"
#include "report/ticket/ticket.h"

using namespace nmtx;

namespace {

void check_ticket(const ProcessView& view, const Ledger& ledger, const std::string& verdict) {
    const Ticket ticket = ticket_of(test::account(view, ledger), {});
    CHECK((ticket.findings.front().severity == TicketSeverity::ok) == (verdict == "ok"));
    CHECK((ticket.findings.front().id == "undecided") == (verdict == "undecided"));
    CHECK((html_report(ticket).find("<span class=\"badge\">OK</span>") != std::string::npos) ==
          (verdict == "ok"));
    CHECK((markdown_report(ticket).find("Verdict: **" + verdict + "**") != std::string::npos));
}

// What must never be: a verdict that is better than its evidence.
void check_verdict(const ProcessView& view, const Ledger& ledger, bool ticket_too) {
    const Judgement judged = test::judged(view, ledger);
    const Assessment& assessment = judged.assessment;
    const Coverage& c = assessment.coverage;
    CHECK(c.all() == ledger.rss);
    CHECK(c.unexplained == ledger.unexplained);
    CHECK(c.other_allocator + c.no_walk + c.walk_missed == c.not_examined);
    const CoveragePercent& p = assessment.percent;
    CHECK(p.accounted + p.estimated + p.unexplained + p.not_examined == Approx(100).epsilon(1e-9));
    CHECK_FALSE(assessment.why.empty());
    Severity severest = Severity::note;
    for (const Finding& finding : judged.findings) severest = std::max(severest, finding.severity);
    CHECK((assessment.verdict == Assessed::problem) == (severest == Severity::problem));
    CHECK((assessment.verdict == Assessed::warning) == (severest == Severity::warning));
    if (assessment.verdict == Assessed::ok) {
        CHECK(c.doubtful().value() * 20 <= ledger.rss.value());
        CHECK(c.doubtful() < mib(16));
        CHECK(ledger.rss != Bytes());
        const auto& parts = ledger.malloc.parts;
        CHECK((!parts || parts->told_apart || parts->untracked.value() * 20 <= ledger.rss.value()));
    }
    const bool warns = ledger.unexplained >= mib(4) && ledger.unexplained.value() * 20 >= ledger.rss.value();
    if (warns && view.nmt) CHECK(assessment.verdict >= Assessed::warning);

    const auto json = nlohmann::json::parse(json_report(test::account(view, ledger)));
    const std::string verdict(name_of(assessment.verdict));
    CHECK(json["assessment"]["verdict"] == verdict);
    CHECK((json["findings"][0]["rule"] == "nothing-wrong") == (verdict == "ok"));
    CHECK((json["findings"][0]["rule"] == "undecided") == (verdict == "undecided"));
    const std::string text = text_report(test::account(view, ledger), {}, {});
    CHECK((text.find("\nOK  ") != std::string::npos) == (verdict == "ok"));
    CHECK((text.find("\nUNDECIDED  ") != std::string::npos) == (verdict == "undecided"));
    CHECK((text.find("\nPROBLEM  ") != std::string::npos) == (verdict == "problem"));
    CHECK((text.find("\nWARNING  ") != std::string::npos) >= (verdict == "warning"));
    if (ticket_too) check_ticket(view, ledger, verdict);
}

// NMT of the same moment bounds what its categories have resident; of stacks it counts what was resident.
void check_caps(const ProcessView& view, const Ledger& ledger) {
    if (!view.nmt || view.nmt_from_file) return;
    for (const CategoryRow& row : ledger.categories) {
        if (row.name == "Thread" || row.name == "Thread Stack" || !row.resident) continue;
        INFO(row.name);
        CHECK(*row.resident <= row.mmap_committed);
    }
}

// A process whose mappings, and what the JVM says of them, are drawn by lot.
class Drawn {
  public:
    explicit Drawn(std::uint64_t seed) : random_(seed) {
        view_.header.pid = 42;
        view_.header.page_size = 4096;
        view_.smaps.emplace();
        const std::size_t count = 3 + draw(60);
        for (std::size_t i = 0; i < count; ++i) mapping();
        view_.smaps->add_up();
        view_.vm = draw(8) == 0 ? Vm::none : Vm::hotspot;
        if (view_.vm == Vm::hotspot) jvm();
        if (draw(2) == 0) walk();
        if (draw(3) == 0) view_.smaps->rss_estimated = draw(4) == 0;
    }
    [[nodiscard]] const ProcessView& view() const { return view_; }

  private:
    std::uint64_t draw(std::uint64_t below) { return random_() % below; }

    void mapping() {
        static constexpr std::string_view names[] = {"",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "/usr/lib/libfoo.so",
                                                     "/usr/lib/jvm/lib/server/libjvm.so",
                                                     "/usr/lib/libjemalloc.so.2",
                                                     "[heap]",
                                                     "[stack]",
                                                     "[anon:v8]",
                                                     "/tmp/data"};
        Mapping mapping;
        const std::uint64_t pages = 1 + draw(draw(4) == 0 ? 40'000 : 400);
        if (draw(3) != 0) at_ += draw(1000) * 4096;
        if (draw(4) == 0) at_ = (at_ + 0x3ffffff) & ~std::uint64_t{0x3ffffff};
        mapping.range = range_of(at_, at_ + pages * 4096);
        at_ += pages * 4096;
        mapping.name = names[draw(std::size(names))];
        if (!mapping.name.empty() && mapping.name.front() == '/') mapping.inode = 7;
        mapping.protection.read = mapping.protection.write = draw(5) != 0;
        mapping.protection.execute = mapping.protection.read && draw(6) == 0;
        if (!mapping.protection.none()) mapping.rss = Bytes((draw(3) == 0 ? pages : draw(pages + 1)) * 4096);
        mapping.pss = mapping.rss;
        view_.smaps->mappings.push_back(mapping);
    }

    void jvm() {
        view_.version = JavaVersion{17, "17.0.15", "17.0.15", "OpenJDK 64-Bit Server VM"};
        if (draw(3) == 0) view_.nmt_refusal = "Native memory tracking is not enabled";
        if (!view_.nmt_refusal && draw(4) != 0) nmt();
        if (draw(2) == 0) {
            view_.heap_info.emplace();
            HeapSpace space;
            space.name = "garbage-first heap";
            space.reserved = view_.smaps->mappings[draw(view_.smaps->mappings.size())].range;
            view_.heap_info->spaces.push_back(space);
        }
    }

    void nmt() {
        view_.nmt.emplace();
        view_.nmt->unit = Bytes(1);
        for (const char* name :
             {"Java Heap", "Class", "Metaspace", "Thread", "Code", "GC", "Internal", "Other"}) {
            NmtCategory category;
            category.name = name;
            category.mmap_committed = Bytes(draw(20'000) * 4096);
            category.mmap_reserved = category.mmap_committed;
            category.malloc = Bytes(draw(10'000'000));
            category.committed = category.reserved = category.malloc + category.mmap_committed;
            view_.nmt->committed += category.committed;
            view_.nmt->reserved += category.reserved;
            view_.nmt->categories.push_back(std::move(category));
        }
    }

    void walk() {
        view_.malloc_walk.emplace();
        MallocWalk& walk = *view_.malloc_walk;
        walk.allocator = draw(4) == 0 ? "jemalloc" : "glibc";
        if (draw(3) == 0) walk.why_not_walked = "there is no layout for it";
        if (draw(2) == 0) walk.headers = "canary";
        for (const Mapping& mapping : view_.smaps->mappings) {
            if (!mapping.private_anonymous() || !mapping.protection.write || draw(3) != 0) continue;
            walk.regions.push_back({mapping.range, RegionKind::mmapped_chunk, mapping.rss});
            const ChunkSum chunk{1 + draw(3000), mapping.rss, mapping.rss};
            (walk.headers.empty() || draw(2) == 0 ? walk.mmapped_untracked : walk.mmapped_tracked) += chunk;
            walk.sizes = {{Bytes(1000), chunk}};
        }
    }

    std::mt19937_64 random_;
    std::uint64_t at_ = 0x7f0000000000;
    ProcessView view_;
};

}  // namespace

TEST_CASE("law: no form of a report says ok above the bounds, and the shares sum to RSS") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture whole = read_fixture(file);
        std::vector<std::vector<std::string>> left_out{{}};
        for (const auto& [name, text] : whole.documents()) left_out.push_back({name});
        left_out.push_back({std::string(document::malloc_walk), std::string(document::residency)});
        for (const auto& names : left_out) {
            if (!names.empty() && names.front() == document::smaps) continue;
            INFO("without " << (names.empty() ? "nothing" : names.front()));
            const Capture capture = without(whole, names);
            ProcessReader reader;
            REQUIRE(reader.update(capture).has_value());
            const auto ledger = reconcile(reader.view());
            REQUIRE(ledger.has_value());
            check_verdict(reader.view(), *ledger, names.empty());
            check_caps(reader.view(), *ledger);
        }
    }
}

// Their target holds 24 MiB of JNI memory (fixtures/captures/README.md).
TEST_CASE(
    "law: JNI memory of the captures is a warning where malloc was walked with NMT on, else undecided") {
    std::size_t warnings = 0;
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        ProcessReader reader;
        REQUIRE(reader.update(capture).has_value());
        const ProcessView& view = reader.view();
        const auto ledger = reconcile(view);
        REQUIRE(ledger.has_value());
        const Judgement judged = test::judged(view, *ledger);
        INFO(judged.findings.front().title);
        const bool found = view.walk() != nullptr && view.nmt;
        CHECK((judged.findings.front().rule == "jni-malloc") == found);
        CHECK(judged.assessment.verdict == (found ? Assessed::warning : Assessed::undecided));
        warnings += found ? 1 : 0;
    }
    CHECK(warnings >= 8);
}

TEST_CASE("law: processes made at random are never called ok above the bounds") {
    std::size_t ok = 0, undecided = 0, worse = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        const Drawn drawn(seed);
        const auto ledger = reconcile(drawn.view());
        REQUIRE(ledger.has_value());
        check_verdict(drawn.view(), *ledger, seed % 8 == 0);
        check_caps(drawn.view(), *ledger);
        if (ledger->gap.high) {
            CHECK(*ledger->gap.low <= *ledger->gap.likely);
            CHECK(*ledger->gap.likely <= *ledger->gap.high);
        }
        const Assessed verdict = test::judged(drawn.view(), *ledger).assessment.verdict;
        ++(verdict == Assessed::ok ? ok : verdict == Assessed::undecided ? undecided : worse);
    }
    CHECK(undecided > 10);
    CHECK(worse > 10);
}
