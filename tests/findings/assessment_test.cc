#include "findings/assessment/assessment.h"

#include "accounts.h"
#include "allocator/zlib_blocks.h"
#include "catch.h"
#include "findings/judged_process.h"
#include "findings/judgement/judgement.h"

using namespace nmtx;
using made::proposes;
using made::says;

namespace {

// NMT is at summary, and its Metaspace and GC have room for memory whose place is not known.
made::Judged jvm(Bytes rss) {
    made::Judged made(rss);
    made.view.nmt.emplace();
    made.view.nmt->unit = Bytes(1);
    made.view.version = JavaVersion{17, "17.0.15", "17.0.15", "OpenJDK 64-Bit Server VM"};
    made.ledger.malloc.nmt = Bytes();
    return made;
}

void category(made::Judged& made, std::string name, Bytes committed) {
    CategoryRow row;
    row.name = std::move(name);
    row.mmap_committed = committed;
    made.ledger.categories.push_back(std::move(row));
}

void estimated(made::Judged& made, std::string_view owner, Bytes resident) {
    made.map(owner, "", resident);
    made.ledger.pieces.back().claim.estimated = true;
    made.ledger.rows.back().estimated = true;
}

void walk(made::Judged& made, bool told_apart) {
    made.view.malloc_walk.emplace();
    made.view.malloc_walk->allocator = "glibc";
    if (told_apart) made.view.malloc_walk->headers = "canary";
    made.ledger.malloc.parts.emplace();
    made.ledger.malloc.parts->told_apart = told_apart;
}

Assessment assessed(const made::Judged& made) {
    return test::judged(made.view, made.ledger).assessment;
}

bool says(const Assessment& assessment, std::string_view part) {
    return std::any_of(assessment.why.begin(), assessment.why.end(),
                       [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; });
}

bool proposes(const Assessment& assessment, std::string_view part) {
    return std::any_of(assessment.next.begin(), assessment.next.end(),
                       [&](const Remedy& step) { return step.command.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("assessment: RSS that evidence accounts for is ok, and the shares are of it") {
    made::Judged made = jvm(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(98));
    made.map("unexplained", "", mib(2));
    made.ledger.files = mib(98);
    const Assessment assessment = assessed(made);
    CHECK(assessment.verdict == Assessed::ok);
    CHECK(assessment.coverage.accounted == mib(98));
    CHECK(assessment.coverage.unexplained == mib(2));
    CHECK(assessment.percent.accounted == Approx(98));
    CHECK(assessment.percent.unexplained == Approx(2));
    CHECK(assessment.next.empty());
    const auto findings = test::judged(made.view, made.ledger).findings;
    CHECK(findings.front().rule == "nothing-wrong");
    CHECK(findings.front().title.find("No problem found; 98.0 % of RSS accounted for: files") == 0);
}

TEST_CASE("assessment: 5 % and 4 MiB without an owner are a warning, with what to do") {
    made::Judged made = jvm(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(95));
    made.map("unexplained", "", mib(5));
    const Judgement judged = test::judged(made.view, made.ledger);
    CHECK(judged.assessment.verdict == Assessed::warning);
    REQUIRE(judged.findings.front().rule == "unexplained");
    CHECK(proposes(judged.findings.front(), "nmtx peek 42 0x"));
    CHECK(proposes(judged.findings.front(), "-XX:NativeMemoryTracking=detail"));
    CHECK(says(judged.assessment, "5.0 MiB (5.0 %) of RSS has no known owner"));
}

TEST_CASE("assessment: a JVM that told nothing may own the rest itself: undecided, and no warning") {
    made::Judged made(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(40));
    made.map("unexplained", "", mib(60));
    made.view.missing.push_back({std::string(document::attach), "attach is off", "run as the JVM's user"});
    const Assessment assessment = assessed(made);
    CHECK(assessment.verdict == Assessed::undecided);
    CHECK(says(assessment, "60.0 MiB (60.0 %) has no known owner"));
    CHECK(assessment.next.front().what == "run as the JVM's user");
}

TEST_CASE("assessment: what is small in percent and large in bytes is not ok either") {
    made::Judged made = jvm(mib(4000));
    made.map("file/jvm library", "libjvm.so", mib(3960));
    made.map("unexplained", "", mib(40));
    CHECK(assessed(made).verdict == Assessed::undecided);
}

TEST_CASE("assessment: memory taken for the JVM's by its shape counts as far as NMT has committed as much") {
    made::Judged made = jvm(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(70));
    estimated(made, "jvm/metaspace or gc", mib(30));
    SECTION("as much") {
        category(made, "Metaspace", mib(30));
        CHECK(assessed(made).coverage.estimated == Bytes());
        CHECK(assessed(made).verdict == Assessed::ok);
    }
    SECTION("as much, by JDK 8 and 11") {
        category(made, "Class", mib(30));
        CHECK(assessed(made).coverage.estimated == Bytes());
    }
    SECTION("less: the collector's tables may lie untouched elsewhere") {
        category(made, "Metaspace", mib(20));
        category(made, "GC", mib(46));
        CHECK(assessed(made).coverage.estimated == mib(10));
        CHECK(assessed(made).verdict == Assessed::undecided);
    }
    SECTION("the heap's room is for the heap") {
        category(made, "Java Heap", mib(500));
        CHECK(assessed(made).coverage.estimated == mib(30));
    }
    SECTION("a report of another moment bears nothing out") {
        category(made, "Metaspace", mib(200));
        made.view.nmt_from_file = true;
        CHECK(assessed(made).coverage.estimated == mib(30));
    }
    SECTION("pages that were shared out by size are an estimate, whatever was committed") {
        category(made, "Metaspace", mib(200));
        made.ledger.estimated = mib(30);
        CHECK(assessed(made).coverage.estimated == mib(30));
    }
}

TEST_CASE("assessment: memory of the size of a collector's table counts as far as its GC is committed") {
    made::Judged made = jvm(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(70));
    made.map("jvm/gc", "", mib(8));
    estimated(made, "jvm/gc", mib(22));
    made.ledger.pieces.back().claim.evidence = Evidence::table_size;
    category(made, "Metaspace", mib(60));
    SECTION("as much") {
        category(made, "GC", mib(30));
        CHECK(assessed(made).coverage.estimated == Bytes());
    }
    SECTION("less") {
        category(made, "GC", mib(20));
        CHECK(assessed(made).coverage.estimated == mib(10));
        CHECK(assessed(made).verdict == Assessed::undecided);
    }
}

TEST_CASE("assessment: malloc that was not walked is not examined, but for what NMT counts of it") {
    made::Judged made = jvm(mib(100));
    made.map("file/jvm library", "libjvm.so", mib(60));
    made.map("malloc/arena", "", mib(40));
    made.ledger.malloc.resident = mib(40);
    made.ledger.malloc.nmt = mib(25);
    const Assessment assessment = assessed(made);
    CHECK(assessment.verdict == Assessed::undecided);
    CHECK(assessment.coverage.not_examined == mib(15));
    CHECK(assessment.coverage.estimated == mib(25));
    CHECK(assessment.coverage.accounted == mib(60));
    CHECK(says(assessment, "15.0 MiB (15.0 %) is malloc memory that was not analysed"));
    CHECK(proposes(assessment, "nmtx malloc 42"));
    // What kept the walk from being made would do so again: nobody is sent back to the command just run.
    const auto reconciles = [](const Remedy& step) { return step.command == "nmtx 42"; };
    made.view.missing.push_back({std::string(document::residency), "not permitted", "add CAP_SYS_PTRACE"});
    const Assessment kept = assessed(made);
    CHECK(std::none_of(kept.next.begin(), kept.next.end(), reconciles));
    CHECK(kept.next.front().what == "add CAP_SYS_PTRACE");
    made.view.missing.clear();
    made.view.malloc_walk.emplace();
    made.view.malloc_walk->why_not_walked = "no arena was found";
    const Assessment failed = assessed(made);
    CHECK(std::none_of(failed.next.begin(), failed.next.end(), reconciles));
    CHECK_FALSE(failed.next.empty());
}

TEST_CASE("assessment: a restart with detail is proposed only where NMT is not at detail already") {
    made::Judged made(mib(100));
    made.view.options.emplace();
    made.view.options->nmt_given = true;
    made.map("file/jvm library", "libjvm.so", mib(40));
    made.map("unexplained", "", mib(60));
    made.view.missing.push_back({std::string(document::attach), "attach is off", "run as the JVM's user"});
    const auto proposed = [&](std::string_view level, int feature) {
        made.view.options->nmt_level = nmt_level_named(level).value_or(NmtLevel::unknown);
        made.view.version = JavaVersion{feature, "", "", ""};
        const Judgement judged = test::judged(made.view, made.ledger);
        const auto restart = [](const Remedy& step) {
            return step.command.find("NativeMemoryTracking") != std::string::npos;
        };
        const std::vector<Finding>& all = judged.findings;
        return std::any_of(judged.assessment.next.begin(), judged.assessment.next.end(), restart) ||
               std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
                   return std::any_of(finding.remedies.begin(), finding.remedies.end(), restart);
               });
    };
    CHECK_FALSE(proposed("detail", 17));
    CHECK(proposed("summary", 17));
    // From System.map on a summary has the addresses.
    CHECK_FALSE(proposed("summary", 25));
    CHECK(proposed("off", 25));
}

TEST_CASE(
    "assessment: most of RSS in malloc that was not walked, and that NMT does not count, is a warning") {
    made::Judged made = jvm(mib(600));
    made.map("file/jvm library", "libjvm.so", mib(60));
    made.map("malloc/arena", "", mib(540));
    made.ledger.malloc.resident = mib(540);
    made.ledger.malloc.nmt = mib(25);
    const Judgement judged = test::judged(made.view, made.ledger);
    CHECK(judged.assessment.verdict == Assessed::warning);
    REQUIRE(judged.findings.front().rule == "malloc-outside-nmt");
    CHECK(judged.findings.front().title.find("515.0 MiB (85.8 %)") == 0);
    CHECK(proposes(judged.findings.front(), "MALLOC_ARENA_MAX=2"));
}

TEST_CASE("assessment: another allocator's memory is not examined") {
    made::Judged made = jvm(mib(300));
    made.map("file/jvm library", "libjvm.so", mib(60));
    estimated(made, "malloc/jemalloc", mib(240));
    made.ledger.malloc.resident = mib(240);
    made.ledger.malloc.nmt = mib(190);
    made.view.malloc_walk.emplace();
    made.view.malloc_walk->allocator = "jemalloc";
    made.view.malloc_walk->why_not_walked = "its memory has no known layout";
    const Assessment assessment = assessed(made);
    CHECK(assessment.verdict == Assessed::undecided);
    CHECK(assessment.coverage.other_allocator == mib(50));
    CHECK(says(assessment, "belongs to jemalloc, which nmtx cannot analyse"));
}

TEST_CASE("assessment: with NMT off live malloc memory has no owner, and the next step is NMT") {
    made::Judged made(mib(100));
    made.view.nmt_refusal = "Native memory tracking is not enabled";
    made.map("file/jvm library", "libjvm.so", mib(70));
    made.map("malloc/live/not attributed", "", mib(30));
    made.ledger.malloc.resident = mib(30);
    walk(made, false);
    made.ledger.malloc.parts->whole = made.ledger.malloc.parts->untracked = mib(30);
    const Judgement judged = test::judged(made.view, made.ledger);
    CHECK(judged.assessment.verdict == Assessed::undecided);
    CHECK(judged.assessment.coverage.accounted == mib(100));
    CHECK(
        says(judged.assessment,
             "30.0 MiB (30.0 %) is malloc memory in use: NMT is off, so the JVM's share of it is unknown."));
    CHECK(proposes(judged.assessment, "-XX:NativeMemoryTracking=summary"));
    CHECK(judged.findings.front().rule == "undecided");
    CHECK(judged.findings.front().severity == Severity::note);
}

TEST_CASE("assessment: with NMT off thousands of blocks of one size that hold most of RSS are a finding") {
    made::Judged made(mib(600));
    made.view.nmt_refusal = "Native memory tracking is not enabled";
    made.map("malloc/live/not attributed", "", mib(540));
    made.ledger.malloc.resident = mib(540);
    walk(made, false);
    made.ledger.malloc.parts->whole = made.ledger.malloc.parts->untracked = mib(540);
    MallocWalk& found = *made.view.malloc_walk;
    found.sizes = {{Bytes(1000), {5'000, mib(5), mib(5)}},
                   {Bytes(65'544), {8'000, mib(500), mib(500)}},
                   {Bytes(), {100, mib(35), mib(35)}}};
    const Judgement judged = test::judged(made.view, made.ledger);
    CHECK(judged.assessment.verdict == Assessed::warning);
    REQUIRE(judged.findings.front().rule == "block-size");
    CHECK(judged.findings.front().title ==
          "500.0 MiB (83.3 %) in 8,000 malloc blocks of 65,544 bytes, owner unknown: NMT is off, so the "
          "JVM's own blocks look like any other");
    CHECK(proposes(judged.findings.front(), "-XX:NativeMemoryTracking=summary"));
    CHECK(proposes(judged.findings.front(), "nmtx malloc 42 --owners"));

    // Zlib tells of its own blocks, where it has enough of them to tell.
    found.untracked = {
        {"libz.so.1",
         std::string(zlib_kind::deflate_buffer),
         "shape",
         Bytes(65'544),
         {6'000, mib(375), mib(375)}},
        {"libz.so.1", std::string(zlib_kind::z_stream), "shape", Bytes(120), {2'000, kib(200), kib(200)}}};
    CHECK_FALSE(made.found("block-size").empty());  // no library of zlib is mapped
    made.library("/usr/lib/x86_64-linux-gnu/libz.so.1");
    CHECK(made.found("block-size").empty());
    CHECK(made.found("zlib").size() == 1);
    found.untracked[1].chunks.blocks = 90;
    CHECK_FALSE(made.found("block-size").empty());
    CHECK(made.found("zlib").empty());
    found.untracked.clear();

    found.sizes[1].chunks = {90, mib(500), mib(500)};
    CHECK(made.found("block-size").empty());
    found.sizes[1].chunks = {8'000, mib(100), mib(100)};
    CHECK(made.found("block-size").empty());
    found.sizes[1].chunks = {8'000, mib(500), mib(500)};
    made.ledger.malloc.parts->told_apart = true;
    CHECK(made.found("block-size").empty());
}

TEST_CASE("assessment: native memory too small for a finding, and too large to be nothing, is undecided") {
    made::Judged made = jvm(mib(300));
    walk(made, true);
    made.map("file/jvm library", "libjvm.so", mib(280));
    made.map("malloc/untracked/not attributed", "", mib(20));
    made.ledger.malloc.resident = mib(20);
    made.ledger.malloc.parts->whole = made.ledger.malloc.parts->untracked = mib(20);
    CHECK(assessed(made).verdict == Assessed::undecided);
    CHECK(says(assessed(made), "malloc memory of native code, not tracked by NMT"));
    made.ledger.rss = mib(1000);
    CHECK(assessed(made).verdict == Assessed::ok);
}

TEST_CASE("assessment: anonymous memory that merely has a name is not judged by it") {
    made::Judged made = jvm(mib(300));
    made.map("file/jvm library", "libjvm.so", mib(100));
    made.map("named/v8 heap", "", mib(200));
    CHECK(assessed(made).verdict == Assessed::undecided);
    CHECK(says(assessed(made), "200.0 MiB (66.7 %) is named anonymous memory"));
}

TEST_CASE("assessment: memory that is mapped as a file, and that nobody attributes, is not ok") {
    made::Judged made = jvm(mib(300));
    made.map("file/jvm library", "libjvm.so", mib(100));
    SECTION("memfd") {
        made.map("file/memfd", "/memfd:arena (deleted)", mib(200));
    }
    SECTION("shared anonymous") {
        made.map("file/shared memory", "/dev/zero (deleted)", mib(200));
    }
    SECTION("deleted") {
        made.map("file/deleted", "/var/tmp/x (deleted)", mib(200));
    }
    SECTION("copied on write") {
        made.map("file/mapped data", "/var/x", mib(200)).anonymous = mib(200);
    }
    SECTION("on tmpfs") {
        made.map("file/mapped data", "/run/x", mib(200));
        made.view.status->rss_shmem = mib(200);
    }
    const Assessment assessment = assessed(made);
    CHECK(assessment.verdict == Assessed::undecided);
    CHECK(says(assessment, "200.0 MiB (66.7 %) is memory mapped as a file"));
    CHECK(proposes(assessment, "nmtx 42 --maps"));
}

TEST_CASE("assessment: files, libraries and the JVM's own memory that bears a file's name are explained") {
    made::Judged made = jvm(mib(600));
    made.map("file/jvm library", "libjvm.so", mib(100));
    made.map("file/jar or jimage", "/app/app.jar", mib(100));
    made.map("file/mapped data", "/var/lib/index", mib(100));
    made.map("jvm/cds archive", "/jdk/classes.jsa", mib(100));
    made.map("jvm/java heap", "/memfd:java_heap (deleted)", mib(200));
    made.view.status->rss_shmem = mib(200);
    CHECK(assessed(made).verdict == Assessed::ok);
}

TEST_CASE("assessment: what each mapping has resident was inferred: all of it is an estimate") {
    made::Judged made = jvm(mib(100));
    estimated(made, "file/jvm library", mib(60));
    estimated(made, "jvm/java heap", mib(40));
    made.view.origin = Origin::pasted;
    made.view.smaps->rss_estimated = true;
    made.ledger.estimated = mib(100);
    const Judgement judged = test::judged(made.view, made.ledger);
    CHECK(judged.assessment.percent.estimated == 100);
    CHECK(judged.assessment.verdict == Assessed::undecided);
    CHECK(says(judged.findings.front(), "was inferred"));
}

TEST_CASE("assessment: what rounds to 0.0 % is not said, unless it is a MiB or more") {
    made::Judged made = jvm(mib(10000));
    made.map("file/jvm library", "libjvm.so", mib(9900));
    made.map("malloc/arena", "", minus_or_zero(mib(100), kib(4)));
    made.map("unexplained", "", kib(4));
    made.ledger.malloc.resident = minus_or_zero(mib(100), kib(4));
    CHECK(says(assessed(made), "was not analysed (this snapshot has no malloc walk)"));
    CHECK_FALSE(says(assessed(made), "has no known owner"));
    made.map("unexplained", "", mib(2));
    CHECK(says(assessed(made), "2.0 MiB (0.0 %) has no known owner"));
}

TEST_CASE("assessment: the sentence on coverage has what is not 0.0 %") {
    CHECK(coverage_sentence({100, 0, 0, 0}) == "Located by evidence: 100.0 % of RSS.");
    CHECK(coverage_sentence({98.91, 1.05, 0.04, 0}) ==
          "Located by evidence: 98.9 % of RSS. Estimated: 1.1 %.");
    CHECK(coverage_sentence({60, 10, 0.06, 29.94}) ==
          "Located by evidence: 60.0 % of RSS. Estimated: 10.0 %. Unexplained: 0.1 %. Not examined: 29.9 %.");
    CHECK(coverage_sentence({99.95, 0, 0.05, 0}) ==
          "Located by evidence: 99.9 % of RSS. Unexplained: 0.1 %.");
}

TEST_CASE("assessment: without RSS nothing was examined") {
    made::Judged made = jvm(Bytes());
    CHECK(assessed(made).percent.not_examined == 100);
    CHECK(assessed(made).verdict == Assessed::undecided);
}

TEST_CASE("assessment: findings decide before what is missing does") {
    made::Judged made = jvm(mib(100));
    made.map("unexplained", "", mib(100));
    std::vector<Finding> findings(1);
    findings[0].severity = Severity::problem;
    findings[0].title = "It grows";
    const Assessment assessment = assess({&made.view, &made.ledger}, findings);
    CHECK(assessment.verdict == Assessed::problem);
    CHECK(assessment.why.front() == "It grows.");
    CHECK(says(assessment, "100.0 MiB (100.0 %) has no known owner"));
}

TEST_CASE("assessment: percentages sum to exactly 100, whatever is rounded") {
    for (std::uint64_t a = 1; a < 40; ++a) {
        for (std::uint64_t b = 0; b < 7; ++b) {
            Coverage coverage;
            coverage.accounted = Bytes(a * 4096), coverage.estimated = Bytes(b * 4096);
            coverage.unexplained = Bytes(4096), coverage.not_examined = Bytes(b * a);
            const CoveragePercent percent = percent_of(coverage);
            CAPTURE(a, b);
            CHECK(percent.accounted + percent.estimated + percent.unexplained + percent.not_examined ==
                  Approx(100).epsilon(1e-12));
        }
    }
}
