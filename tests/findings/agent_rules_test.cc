// code-cache, agents, nmt-off
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;
using made::evidence_of;
using made::proposes;

namespace {

CodeHeap heap(std::string name, std::uint64_t size, std::uint64_t used) {
    CodeHeap made;
    made.name = std::move(name);
    made.size = kib(size);
    made.used = made.max_used = kib(used);
    return made;
}

}  // namespace

TEST_CASE("code-cache: near its bound, segment by segment, and what the JVM says of it") {
    made::Judged made(mib(1000), "17.0.15");
    made.view.code_heaps = {heap("profiled nmethods", 10000, 3000), heap("non-nmethods", 5000, 1300)};
    CHECK(made.found("code-cache").empty());
    SECTION("one segment is a note") {
        made.view.code_heaps->at(0) = heap("profiled nmethods", 10000, 9700);
        const auto found = made.found("code-cache");
        REQUIRE(found.size() == 1);
        CHECK(found[0].severity == Severity::note);
        CHECK(evidence_of(found[0]).find("profiled nmethods 9.5 MiB of 9.8 MiB") != std::string::npos);
    }
    SECTION("all of it") {
        made.view.code_heaps = {heap("CodeCache", 10000, 9500)};
        const auto found = made.found("code-cache");
        REQUIRE(found.size() == 1);
        CHECK(found[0].severity == Severity::warning);
        CHECK(proposes(found[0], "-XX:ReservedCodeCacheSize=32m"));
        CHECK(proposes(found[0], "jcmd 42 Compiler.codecache"));
    }
    SECTION("it was full, and has been cleaned since") {
        made.view.code_cache_state.full_count = 2;
        CHECK(made.found("code-cache").at(0).title == "Code cache has been full");
    }
    SECTION("compilers are off") {
        made.view.code_cache_state.out_of_space = true;
        CHECK(made.found("code-cache").at(0).severity == Severity::warning);
    }
}

TEST_CASE("code-cache: on 8 by what NMT has committed of ReservedCodeCacheSize") {
    made::Judged made(mib(1000), "1.8.0_504");
    made.view.vm_flags = parse_vm_flags("-XX:ReservedCodeCacheSize=10485760 ").value();
    NmtCategory& code = made.category("Code");
    code.mmap_committed = mib(5);
    CHECK(made.found("code-cache").empty());
    made.view.nmt->categories[0].mmap_committed = mib(10);
    const auto found = made.found("code-cache");
    REQUIRE(found.size() == 1);
    CHECK(found[0].confidence == Confidence::medium);
    CHECK_FALSE(proposes(found[0], "Compiler.codecache"));
    made.view.vm_flags = parse_vm_flags("-XX:ReservedCodeCacheSize=256m").value();  // as it was given
    CHECK(made.found("code-cache").empty());
}

TEST_CASE("agents: by the options, name and version; a note as long as NMT has little under their names") {
    made::Judged made(mib(1000), "17.0.15");
    CHECK(made.found("agents").empty());
    made.options(
        "-javaagent:/opt/dd-java-agent-1.31.2.jar=a=b -agentlib:jdwp=transport=dt_socket "
        "-agentpath:/x/libfoo.so");
    const auto found = made.found("agents");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].title == "Agents in the JVM: dd-java-agent 1.31.2, jdwp, libfoo");
    CHECK_FALSE(found[0].bytes.has_value());
    made.category("Serviceability").committed = mib(300);
    CHECK(made.found("agents").at(0).severity == Severity::warning);
    CHECK(made.found("agents").at(0).bytes == mib(300));
}

TEST_CASE("agents: one that was attached to the running JVM shows by the library that runs it") {
    made::Judged made(mib(1000), "17.0.15");
    made.view.smaps.emplace();
    Mapping mapping;
    mapping.inode = 7;
    mapping.protection.execute = true;
    mapping.name = "/usr/lib/jvm/lib/libinstrument.so";
    made.view.smaps->mappings = {mapping};
    REQUIRE(made.found("agents").size() == 1);
    CHECK(evidence_of(made.found("agents")[0]).find("libinstrument.so is mapped") != std::string::npos);
    made.options("-javaagent:/opt/a.jar");
    CHECK(made.found("agents").at(0).title == "Agent in the JVM: a");
    made.options("-Xmx1g");
    made.view.smaps->mappings[0].name = "/app/libmyagent.so";  // a library of the program's own
    CHECK(made.found("agents").empty());
}

TEST_CASE("agents: JFR without an agent shows by what NMT has under Tracing, where that is much") {
    made::Judged made(mib(1000), "21.0.4");
    made.category("Tracing").committed = mib(20);
    CHECK(made.found("agents").empty());
    made.view.nmt->categories[0].committed = mib(200);
    const auto found = made.found("agents");
    REQUIRE(found.size() == 1);
    CHECK(proposes(found[0], "jcmd 42 JFR.check"));
    CHECK(found[0].bugs == std::vector<std::string_view>{"JDK-8337994"});
}

TEST_CASE("nmt-off: what is lost, what to start with in this release, and what that costs; a note") {
    made::Judged made(mib(1000), "17.0.15");
    made.options("-Xmx1g");
    const auto found = made.found("nmt-off");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(proposes(found[0], "-XX:NativeMemoryTracking=detail"));
    CHECK(evidence_of(found[0]).find("16 to 18 bytes") != std::string::npos);
    made.view.perf->counters["java.property.java.version"] = std::string("25");
    CHECK(proposes(made.found("nmt-off").at(0), "-XX:NativeMemoryTracking=summary"));
    made.options("-XX:NativeMemoryTracking=detail");
    CHECK(made.found("nmt-off").empty());
}

TEST_CASE("nmt-off: a summary has no addresses where the JDK has no System.map") {
    made::Judged made(mib(1000), "17.0.15");
    made.options("-XX:NativeMemoryTracking=summary");
    CHECK(made.found("nmt-off").empty());  // nothing was asked
    made.view.nmt.emplace();
    CHECK(made.found("nmt-off").size() == 1);
    made.view.perf->counters["java.property.java.version"] = std::string("25");
    CHECK(made.found("nmt-off").empty());
    made.view.vm = Vm::none;
    CHECK(made.found("nmt-off").empty());
}
