// heap-not-returned, gc-overhead, zgc-multi-map
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;
using made::evidence_of;
using made::proposes;

namespace {

// Grew to 600 MiB in its first 100 s, 100 collections; 50 MiB are used since, an hour later.
made::Judged idle_after_a_peak(const std::string& version = "17.0.15", const std::string& gc = "G1") {
    made::Judged made(mib(1000), version);
    made.options("-XX:+Use" + gc + "GC");
    made.row("jvm/java heap", mib(600));
    made.view.heap_info = HeapInfo{{HeapSpace{"garbage-first heap", mib(640), mib(50), {}, {}}}, {}, {}};
    made.counter("sun.os.hrt.frequency", 1000)
        .counter("sun.gc.collector.0.invocations", 100)
        .counter("sun.gc.collector.0.lastExitTime", 100'000)
        .counter("sun.gc.generation.1.space.0.used", 40 << 20);
    made.view.vm_flags =
        parse_vm_flags(
            "-XX:InitialHeapSize=134217728 -XX:MaxHeapSize=1073741824 -XX:MinHeapSize=8388608 -XX:+Use" + gc +
            "GC")
            .value();
    return made;
}

}  // namespace

TEST_CASE("heap-not-returned: a heap that is free for an hour costs memory, and what gives it back is told") {
    const auto found = idle_after_a_peak().found("heap-not-returned");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].bytes == mib(550));
    CHECK(proposes(found[0], "-XX:G1PeriodicGCInterval="));
    CHECK(proposes(found[0], "-XX:MaxHeapFreeRatio="));
    CHECK(proposes(found[0], "jcmd 42 GC.run"));
    CHECK_FALSE(proposes(found[0], "-Xms"));
    CHECK(evidence_of(found[0]).find("600.0 MiB") != std::string::npos);
    for (const Remedy& remedy : found[0].remedies) {
        if (remedy.command.find("GC.run") != std::string::npos)
            CHECK(remedy.what.find("full GC that stops") != std::string::npos);
    }
}

TEST_CASE("heap-not-returned: remedies are those of the collector and of the release") {
    CHECK_FALSE(proposes(idle_after_a_peak("11.0.20").found("heap-not-returned").at(0), "Periodic"));
    CHECK_FALSE(proposes(idle_after_a_peak("17.0.15", "Parallel").found("heap-not-returned").at(0), "G1"));
    const auto z = idle_after_a_peak("25", "Z").found("heap-not-returned").at(0);
    CHECK(proposes(z, "-XX:ZUncommitDelay="));
    CHECK_FALSE(proposes(z, "HeapFreeRatio"));
    CHECK_FALSE(proposes(idle_after_a_peak("11.0.20", "Z").found("heap-not-returned").at(0), "ZUncommit"));
    CHECK(proposes(idle_after_a_peak("17.0.15", "Shenandoah").found("heap-not-returned").at(0),
                   "UnlockExperimentalVMOptions -XX:ShenandoahUncommitDelay"));
    made::Judged large_at_start = idle_after_a_peak();
    large_at_start.view.vm_flags =
        parse_vm_flags("-XX:InitialHeapSize=629145600 -XX:MinHeapSize=629145600 -XX:MaxHeapSize=1073741824")
            .value();
    CHECK(proposes(large_at_start.found("heap-not-returned").at(0), "-Xms100m"));
}

TEST_CASE("heap-not-returned: a moment after the peak, or of little, it is a note") {
    made::Judged soon = idle_after_a_peak();
    soon.view.header.target_uptime_s = 150;
    CHECK(soon.found("heap-not-returned").at(0).severity == Severity::note);
    made::Judged little = idle_after_a_peak();
    little.ledger.rows[0].resident = mib(150);
    CHECK(little.found("heap-not-returned").at(0).severity == Severity::note);
}

TEST_CASE("heap-not-returned: look-alikes") {
    made::Judged made = idle_after_a_peak();
    SECTION("a heap in use") {
        made.view.heap_info->spaces[0].used = mib(500);
    }
    SECTION("a heap of live objects, after the collection as well") {
        made.counter("sun.gc.generation.1.space.0.used", 500 << 20);
    }
    SECTION("touched at the start") {
        made.options("-XX:+AlwaysPreTouch");
    }
    SECTION("-Xms and -Xmx are the same") {
        made.view.vm_flags =
            parse_vm_flags(
                "-XX:InitialHeapSize=1073741824 -XX:MinHeapSize=1073741824 -XX:MaxHeapSize=1073741824")
                .value();
    }
    SECTION("no collection yet") {
        made.counter("sun.gc.collector.0.invocations", 0);
    }
    SECTION("collections every second, the last one a second ago") {
        made.view.header.target_uptime_s = 101.5;
    }
    SECTION("little in absolute terms") {
        made.ledger.rows[0].resident = mib(100);
    }
    SECTION("little of what the process takes") {
        made.ledger.rss = mib(60000);
    }
    SECTION("hsperfdata is not there") {
        made.view.perf.reset();
    }
    SECTION("the JVM was not asked") {
        made.view.heap_info.reset();
    }
    CHECK(made.found("heap-not-returned").empty());
}

TEST_CASE("gc-overhead: more than a tenth of the heap, tables by what is resident and malloc by the walk") {
    made::Judged made(mib(1000), "17.0.15");
    made.category("Java Heap").committed = mib(100);
    NmtCategory& gc = made.category("GC");
    gc.malloc = mib(50);  // most of it never touched
    made.row("jvm/gc", mib(6))
        .row("malloc/nmt-tracked/gc", mib(7))
        .row("malloc/nmt-tracked/gccardset", mib(2));
    made.ledger.malloc.parts.emplace();
    made.ledger.malloc.parts->told_apart = true;
    auto found = made.found("gc-overhead");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].bytes == mib(15));
    SECTION("without the walk NMT's count has to do") {
        made.ledger.malloc.parts.reset();
        CHECK(made.found("gc-overhead").at(0).bytes == mib(56));
        CHECK(made.found("gc-overhead").at(0).confidence == Confidence::medium);
    }
    SECTION("hundreds of MiB cost memory") {
        made.view.nmt->categories[0].committed = mib(1024);
        made.ledger.rows[1].resident = mib(300);
        CHECK(made.found("gc-overhead").at(0).severity == Severity::warning);
    }
    SECTION("a tenth is what collectors take") {
        made.view.nmt->categories[0].committed = mib(150);
        CHECK(made.found("gc-overhead").empty());
    }
    SECTION("a small heap has small tables") {
        made.view.nmt->categories[0].committed = mib(16);
        made.ledger.rows.resize(1);
        CHECK(made.found("gc-overhead").empty());
    }
    SECTION("without NMT nothing tells") {
        made.view.nmt.reset();
        CHECK(made.found("gc-overhead").empty());
    }
}

TEST_CASE("zgc-multi-map: what is mapped again is no leak, and a note") {
    made::Judged made(mib(1000), "21.0.4");
    CHECK(made.found("zgc-multi-map").empty());
    made.ledger.mapped_again = mib(600);
    const auto found = made.found("zgc-multi-map");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].title.find("True RSS is 400.0 MiB") != std::string::npos);
    CHECK(proposes(found[0], "-XX:+ZGenerational"));
    made.view.perf->counters["java.property.java.version"] = std::string("17.0.15");
    CHECK_FALSE(proposes(made.found("zgc-multi-map").at(0), "ZGenerational"));
}
