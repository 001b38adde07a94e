// mapped-files, swap-hugetlb, unexplained, not-hotspot and missing-evidence.
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;
using made::proposes;
using made::says;

TEST_CASE("mapped-files: data files are page cache; libraries, jars and archives are no finding") {
    made::Judged made(mib(200));
    made.map("file/jvm library", "/usr/lib/jvm/lib/server/libjvm.so", mib(80));
    made.map("file/jar or jimage", "/usr/lib/jvm/lib/modules", mib(80));
    made.map("jvm/cds archive", "/usr/lib/jvm/lib/server/classes.jsa", mib(40));
    CHECK(made.found("mapped-files").empty());
    Mapping& index = made.map("file/mapped data", "/data/index.bin", mib(60));
    index.shared_dirty = mib(10);
    index.pss = mib(20);
    const auto found = made.found("mapped-files");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].bytes == mib(60));
    CHECK(says(found[0], "/data/index.bin: 60.0 MiB resident, 10.0 MiB not written back yet"));
    CHECK(says(found[0], "(PSS) is 20.0 MiB"));
}

TEST_CASE("mapped-files: a few MiB, or a small share of RSS, are not worth a word") {
    made::Judged made(mib(60));
    made.map("file/mapped data", "/data/a", mib(30));
    CHECK(made.found("mapped-files").empty());
    made::Judged large(mib(60'000));
    large.map("file/mapped data", "/data/a", mib(5'000));
    CHECK(large.found("mapped-files").empty());
}

TEST_CASE("mapped-files: pages that were copied on write are the process's own") {
    made::Judged made(mib(200));
    made.map("file/mapped data", "/data/a", mib(60)).anonymous = mib(50);
    CHECK(made.found("mapped-files").empty());
}

TEST_CASE("mapped-files: what lies on tmpfs is no page cache, by what the kernel counts as shared memory") {
    made::Judged made(mib(200));
    made.map("file/mapped data", "/tmp/ring", mib(60));
    made.view.status->rss_shmem = mib(60);
    auto found = made.found("mapped-files");
    REQUIRE(found.size() == 1);
    CHECK(says(found[0], "on tmpfs"));
    CHECK(found[0].severity == Severity::note);
    // As much in a named shared memory beside it: then the file is on a disk.
    made.map("jvm/java heap", "/memfd:java_heap", mib(60));
    found = made.found("mapped-files");
    REQUIRE(found.size() == 1);
    CHECK(says(found[0], "page cache, reclaimable under pressure"));
}

TEST_CASE("mapped-files: shared memory costs a container that is full") {
    made::Judged made(mib(200));
    made.map("file/shared memory", "/dev/shm/ring", mib(60));
    made.view.status->rss_shmem = mib(60);
    auto found = made.found("mapped-files");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CgroupMemory& cgroup = made.view.cgroup.emplace();
    cgroup.limit = mib(1000);
    cgroup.current = mib(990);
    cgroup.file = mib(100);
    cgroup.shmem = mib(60);
    CHECK(made.found("mapped-files")[0].severity == Severity::note);  // 40 MiB of files can go
    cgroup.file = mib(60);
    CHECK(made.found("mapped-files")[0].severity == Severity::warning);
}

TEST_CASE("swap-hugetlb: what is swapped out is not in RSS, and a large part of it is a warning") {
    made::Judged made(mib(300));
    CHECK(made.found("swap-hugetlb").empty());
    made.view.status->vm_swap = mib(15);
    CHECK(made.found("swap-hugetlb").empty());
    made.view.status->vm_swap = mib(40);
    auto found = made.found("swap-hugetlb");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK_FALSE(found[0].resident);
    CHECK(says(found[0], "340.0 MiB"));
    made.view.status->vm_swap = mib(120);
    CHECK(made.found("swap-hugetlb")[0].severity == Severity::warning);
}

TEST_CASE("swap-hugetlb: a swapped tenth of the Java heap is a warning: collections read it back") {
    made::Judged made(mib(2000));
    made.map("jvm/java heap", "", mib(600)).swap = mib(70);
    made.view.smaps->swap = mib(70);
    const auto found = made.found("swap-hugetlb");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(says(found[0], "70.0 MiB of the swapped memory is Java heap"));
}

TEST_CASE("swap-hugetlb: huge pages of hugetlb are beside RSS") {
    made::Judged made(mib(300));
    made.view.smaps->hugetlb = mib(512);
    made.view.vm_flags = parse_vm_flags("-XX:+UseLargePages ").value();
    const auto found = made.found("swap-hugetlb");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(says(found[0], "812.0 MiB"));
    CHECK(says(found[0], "UseLargePages"));
}

TEST_CASE("unexplained: the largest ranges, by what looks into them; little is not worth a word") {
    made::Judged made(mib(300));
    made.map("unexplained", "", mib(3));
    CHECK(made.found("unexplained").empty());
    Mapping& code = made.map("unexplained", "", mib(9));
    code.protection.execute = true;
    const auto found = made.found("unexplained");
    REQUIRE(found.size() == 1);
    CHECK(found[0].bytes == mib(12));
    CHECK(proposes(found[0], "nmtx peek 42 0x7f0100000000"));
    CHECK(proposes(found[0], "-XX:NativeMemoryTracking=detail"));
    CHECK(says(found[0], "code generated by a library or an agent"));
    made::Judged large(mib(60'000));
    large.map("unexplained", "", mib(100));
    CHECK(large.found("unexplained").empty());
}

TEST_CASE("not-hotspot: each machine is told what still holds, HotSpot nothing") {
    made::Judged made(mib(100));
    CHECK(made.found("not-hotspot").empty());
    made.view.vm = Vm::openj9;
    CHECK(proposes(made.found("not-hotspot")[0], "jcmd 42 Dump.java"));
    made.view.vm = Vm::none;
    CHECK(says(made.found("not-hotspot")[0], "(java)"));
    made.view.vm = Vm::unknown;
    CHECK(made.found("not-hotspot").empty());
    made.view.vm = Vm::hotspot;
    made.view.version.emplace().vm = "Zing 64-Bit Tiered VM";
    CHECK(says(made.found("not-hotspot")[0], "Zing"));
}

TEST_CASE("missing-evidence: what could not be read, why, and what helps; what no one needs is not missed") {
    made::Judged made(mib(100));
    CHECK(made.found("missing-evidence").empty());
    made.view.missing.push_back({"kernel/limits", "permission denied", ""});
    CHECK(made.found("missing-evidence").empty());
    made.view.missing.push_back({"hotspot/attach", "it answered not", "run as the JVM's user"});
    const auto found = made.found("missing-evidence");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(says(found[0], "it answered not"));
    REQUIRE(found[0].remedies.size() == 1);
    CHECK(found[0].remedies[0].what == "run as the JVM's user");
    made.view.vm = Vm::none;
    CHECK(made.found("missing-evidence").empty());
}

TEST_CASE("missing-evidence: malloc that was not walked to its end, and pages that were not told apart") {
    made::Judged made(mib(400));
    made.ledger.estimated = mib(3);
    CHECK(made.found("missing-evidence").empty());
    made.ledger.estimated = mib(5);
    CHECK(says(made.found("missing-evidence")[0], "split by address space"));
    made.ledger.estimated = Bytes();
    made.ledger.malloc.parts.emplace();
    made.ledger.malloc.parts->whole = mib(100);
    made.ledger.malloc.parts->told_apart = true;
    CHECK(made.found("missing-evidence").empty());
    made.ledger.malloc.parts->not_walked = mib(30);
    CHECK(proposes(made.found("missing-evidence")[0], "nmtx malloc 42 --freeze"));
}
