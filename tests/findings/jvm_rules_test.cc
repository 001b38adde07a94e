// Rules on what NMT tells of the JVM: direct buffers, commits, metaspace, compilers, known bugs.
#include "catch.h"
#include "findings/judged_process.h"
#include "findings/rules/rule_list.h"
#include "process/jvm_flag.h"

using namespace nmtx;
using made::mentions;

namespace {

made::Judged with_direct(Bytes held) {
    made::Judged process(mib(400));
    process.jdk(17, "17.0.15");
    process.category("Other").malloc = held;
    process.view.vm_flags = parse_vm_flags("-XX:CICompilerCount=2 -XX:MaxHeapSize=4294967296 \n").value();
    return process;
}

}  // namespace

TEST_CASE("flags: by VM.flags in bytes, else as given at the start; the last counts") {
    ProcessView view;
    CHECK_FALSE(size_flag(view, "MaxHeapSize"));
    view.arguments = {"java", "-XX:MaxMetaspaceSize=64m", "-XX:MaxMetaspaceSize=128M",
                      "-XX:MaxMetaspaceSizes=1"};
    CHECK(size_flag(view, "MaxMetaspaceSize") == mib(128));
    CHECK_FALSE(size_flag(view, "MaxMetaspace"));
    view.arguments.insert(view.arguments.end(), {"-XX:MaxHeapSize=1g", "-Xmx300m", "-Xms16M"});
    CHECK(size_flag(view, "MaxHeapSize") == mib(300));
    CHECK(size_flag(view, "InitialHeapSize") == mib(16));
    view.perf.emplace().counters["java.rt.vmArgs"] = std::string("-Xmx64m -XX:MaxMetaspaceSize=1g");
    CHECK(size_flag(view, "MaxMetaspaceSize") == mib(1024));
    view.vm_flags = parse_vm_flags("-XX:CICompilerCount=2 -XX:MaxMetaspaceSize=16777216 \n").value();
    CHECK(size_flag(view, "MaxMetaspaceSize") == mib(16));
    view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=16x \n").value();
    CHECK_FALSE(size_flag(view, "MaxMetaspaceSize"));
    view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=99999999999999999t \n").value();
    CHECK_FALSE(size_flag(view, "MaxMetaspaceSize"));
}

TEST_CASE("direct-buffers: much of it is a note, near the limit a warning, growth a problem") {
    CHECK(rule::direct_buffers(with_direct(mib(15)).input()).empty());
    CHECK(rule::direct_buffers(with_direct(mib(39)).input()).empty());
    auto found = rule::direct_buffers(with_direct(mib(100)).input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(mentions(found[0], "-XX:MaxDirectMemorySize is not set"));
    CHECK(mentions(found[0], "-Djdk.nio.maxCachedBufferSize=262144"));
    CHECK_FALSE(mentions(found[0], "io.netty"));
    CHECK(mentions(found[0], "-XX:MaxDirectMemorySize=256m"));

    made::Judged bounded = with_direct(mib(100));
    bounded.view.vm_flags =
        parse_vm_flags("-XX:MaxDirectMemorySize=104857600 -XX:MaxHeapSize=4294967296 \n").value();
    found = rule::direct_buffers(bounded.input());
    CHECK(found.at(0).severity == Severity::warning);
    CHECK_FALSE(mentions(found.at(0), "limit for NIO buffers"));
    CHECK(mentions(found.at(0), "higher limit"));
    bounded.view.nmt->categories[0].malloc = mib(200);  // twice the limit: Unsafe has a part
    found = rule::direct_buffers(bounded.input());
    CHECK(found.at(0).severity == Severity::note);
    CHECK(mentions(found.at(0), "Unsafe or the foreign memory API"));

    const RunTrend history = made::growing({Series::nmt_category_committed, "Other"}, Verdict::leak, 12);
    found = rule::direct_buffers(with_direct(mib(5)).input(&history));
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    CHECK(mentions(found[0], "growing 12.0 MiB/h"));
}

TEST_CASE("direct-buffers: NIO's limit is no remedy where it would change nothing") {
    constexpr std::string_view limit = "-XX:MaxDirectMemorySize=";
    const auto found = [](Bytes held, std::string_view flags) {
        made::Judged process = with_direct(held);
        process.view.vm_flags = parse_vm_flags(flags).value();
        return rule::direct_buffers(process.input()).at(0);
    };
    CHECK(mentions(found(mib(100), "-XX:MaxHeapSize=536870912 \n"), limit));
    // What it would be set to is what the heap's size makes it already, or more.
    CHECK_FALSE(mentions(found(mib(100), "-XX:MaxHeapSize=268435456 \n"), limit));
    CHECK_FALSE(mentions(found(mib(100), "-XX:MaxHeapSize=134217728 \n"), limit));
    // More than NIO allows itself: Unsafe's, which the option does not bound.
    CHECK_FALSE(mentions(found(mib(500), "-XX:MaxHeapSize=67108864 \n"), limit));
    // It is given.
    CHECK_FALSE(
        mentions(found(mib(100), "-XX:MaxDirectMemorySize=4294967296 -XX:MaxHeapSize=134217728 \n"), limit));
}

TEST_CASE("direct-buffers: Internal before 11, with less confidence; and netty's options where netty is") {
    made::Judged process(mib(400));
    process.jdk(8, "1.8.0_504");
    process.category("Other").malloc = mib(100);
    CHECK(rule::direct_buffers(process.input()).empty());
    process.category("Internal").malloc = mib(100);
    auto found = rule::direct_buffers(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].confidence == Confidence::medium);
    CHECK(mentions(found[0], "NMT Internal"));
    CHECK(found[0].title == "At most 100.0 MiB in direct buffers and Unsafe");
    process.library("/tmp/libnetty_transport_native_epoll_x86_64123.so");
    CHECK(mentions(rule::direct_buffers(process.input()).at(0), "-Dio.netty.maxDirectMemory="));
    process.view.nmt.reset();
    CHECK(rule::direct_buffers(process.input()).empty());
}

TEST_CASE("untouched-commit: explains a negative RSS - committed by the heap's own figures") {
    made::Judged process(mib(400));
    process.ledger.categories.emplace_back();
    process.ledger.categories[0].name = "Java Heap";
    process.ledger.categories[0].mmap_committed = mib(256);
    process.row("jvm/java heap", mib(9));
    process.ledger.gap.classic = Delta{-25 * 1048576};
    const auto found = rule::untouched_commit(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].bytes == mib(247));
    CHECK_FALSE(found[0].resident);
    CHECK(mentions(found[0], "-25.0 MiB"));
    process.ledger.gap.classic = Delta{1};
    CHECK(rule::untouched_commit(process.input()).empty());
    process.ledger.gap.classic = Delta{-1};
    process.ledger.rows[0].resident = mib(250);  // touched: something else makes it negative
    CHECK(rule::untouched_commit(process.input()).empty());
    process.ledger.rows.clear();  // its place is not known
    CHECK(rule::untouched_commit(process.input()).empty());
}

TEST_CASE("metaspace: near a limit that was set, the class space near its size, or growing") {
    made::Judged process(mib(400));
    process.jdk(17, "17.0.15");
    MetaspaceReport report;
    report.non_class.committed = mib(50);
    report.class_space.committed = mib(10);
    process.view.metaspace = report;
    CHECK(rule::metaspace(process.input()).empty());
    process.view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=67108864 \n").value();
    process.category("Class").classes = 12345;
    auto found = rule::metaspace(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(mentions(found[0], "60.0 MiB of 64.0 MiB"));
    CHECK(mentions(found[0], "12,345 classes"));
    CHECK(mentions(found[0], "-XX:MaxMetaspaceSize=128m"));
    CHECK(mentions(found[0], "jcmd PID VM.classloaders"));
    process.view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=134217728 \n").value();
    CHECK(rule::metaspace(process.input()).empty());
    process.view.metaspace->class_space.committed = mib(1000);
    process.view.vm_flags.reset();
    found = rule::metaspace(process.input());
    REQUIRE(found.size() == 1);
    CHECK(mentions(found[0], "-XX:CompressedClassSpaceSize"));

    process.view.metaspace.reset();
    process.jdk(8, "1.8.0_504");
    RunTrend history = made::growing({Series::nmt_category_committed, "Class"}, Verdict::leak, 7);
    found = rule::metaspace(process.input(&history));
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    CHECK(mentions(found[0], "7.0 MiB/h"));
    CHECK(mentions(found[0], "jcmd PID VM.classloader_stats"));
    history.others[0].verdict = Verdict::warm_up;
    CHECK(rule::metaspace(process.input(&history)).empty());
}

TEST_CASE(
    "compiler: far more than compiling takes, or growing; early peaks are a note; bugs of this release") {
    made::Judged process(mib(400));
    process.jdk(21, "21.0.5");
    process.category("Compiler").arena = mib(450);
    CHECK(rule::compiler(process.input()).empty());
    process.view.nmt->categories[0].arena = mib(700);
    auto found = rule::compiler(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(std::find(found[0].bugs.begin(), found[0].bugs.end(), "JDK-8340824") != found[0].bugs.end());
    CHECK_FALSE(mentions(found[0], "MemLimit"));  // not on 21
    process.jdk(25, "25.0.5");
    found = rule::compiler(process.input());
    CHECK(found.at(0).bugs.empty());
    CHECK(mentions(found.at(0), "-XX:CompileCommand=MemLimit,*.*,500m"));
    process.view.header.target_uptime_s = 30;
    CHECK(rule::compiler(process.input()).at(0).severity == Severity::note);
    process.view.nmt->categories[0].arena = mib(60);
    const RunTrend history = made::growing({Series::nmt_category_committed, "Compiler"}, Verdict::leak, 100);
    CHECK(rule::compiler(process.input(&history)).at(0).severity == Severity::problem);
}

TEST_CASE("known-bug: the release alone is no finding, and neither is the size in one without the bug") {
    made::Judged process(mib(400));
    process.jdk(17, "17.0.8");  // has the leak of symbols, fixed in 17.0.9
    process.category("Symbol").malloc = mib(40);
    process.category("Tracing").malloc = mib(500);  // large, and no bug of 17
    CHECK(rule::known_bug(process.input()).empty());
    RunTrend history = made::growing({Series::nmt_category_committed, "Symbol"}, Verdict::leak, 5);
    auto found = rule::known_bug(process.input(&history));
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    REQUIRE(found[0].bugs.size() == 1);
    CHECK(found[0].bugs[0] == "JDK-8313678");
    CHECK(mentions(found[0], "17.0.9"));
    process.jdk(17, "17.0.9");
    CHECK(rule::known_bug(process.input(&history)).empty());
    history.others[0].verdict = Verdict::flat;
    process.jdk(17, "17.0.8");
    CHECK(rule::known_bug(process.input(&history)).empty());
    process.view.nmt->categories[0].malloc = mib(300);
    found = rule::known_bug(process.input());
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].confidence == Confidence::low);
}
