#include "process/jvm_choice.h"

#include "catch.h"

using namespace nmtx;

namespace {

std::string nul_separated(std::initializer_list<const char*> words) {
    std::string text;
    for (const char* word : words) text += std::string(word) + '\0';
    return text;
}

JvmEvidence hotspot(std::initializer_list<const char*> words) {
    JvmEvidence jvm;
    jvm.vm = Vm::hotspot;
    jvm.cmdline = nul_separated(words);
    jvm.java_variables.emplace();
    return jvm;
}

JvmSummary jvm(std::uint64_t pid, const char* main, const char* command, const char* container = "") {
    JvmSummary made;
    made.pid = pid;
    made.main = main;
    made.command = command;
    made.container.names.name = container;
    return made;
}

std::vector<std::uint64_t> pids_of(const std::vector<JvmSummary>& jvms, const JvmWish& wish) {
    const auto fitting = fitting_jvms(jvms, wish);
    REQUIRE(fitting);
    std::vector<std::uint64_t> pids;
    for (const JvmSummary* one : *fitting) pids.push_back(one->pid);
    return pids;
}

using Pids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("jvm summary: without hsperfdata the command line and the variables tell NMT's level and -Xmx") {
    auto evidence = hotspot({"/usr/bin/java", "-Xmx64m", "-cp", "x.jar", "com.example.Main", "-Xmx1g", "b"});
    const JvmSummary off = summary_of(evidence);
    CHECK(off.nmt == NmtLevel::off);
    CHECK(off.heap_limit == mib(64));
    CHECK(off.main == "com.example.Main");
    CHECK(off.command == "com.example.Main -Xmx1g b");
    evidence.java_variables = nul_separated({"JAVA_TOOL_OPTIONS=-XX:NativeMemoryTracking=detail -Xmx32m"});
    CHECK(summary_of(evidence).nmt == NmtLevel::detail);
    CHECK(summary_of(evidence).heap_limit == mib(64));  // the command line comes later
    evidence.java_variables = nul_separated({"_JAVA_OPTIONS=-Xmx48m"});
    CHECK(summary_of(evidence).heap_limit == mib(48));
}

TEST_CASE("jvm summary: NMT's level is unknown where options may stand in what was not read") {
    auto hidden = hotspot({"java", "Main"});
    hidden.java_variables.reset();
    CHECK(summary_of(hidden).nmt == NmtLevel::unknown);
    CHECK(summary_of(hotspot({"java", "@options", "Main"})).nmt == NmtLevel::unknown);
    CHECK(summary_of(hotspot({"java", "-XX:Flags=f", "Main"})).nmt == NmtLevel::unknown);
    CHECK(summary_of(hotspot({"/opt/app/bin/launcher", "-x"})).nmt == NmtLevel::unknown);
    CHECK(summary_of(hotspot({"java", "@options", "-XX:NativeMemoryTracking=summary", "Main"})).nmt ==
          NmtLevel::summary);
    CHECK_FALSE(summary_of(hotspot({"java", "Main"})).heap_limit);
}

TEST_CASE("jvm summary: a container is shown by the best that is known of it") {
    JvmContainer container;
    CHECK(container.empty());
    container.id = std::string(64, 'c');
    CHECK(container.shown() == "cccccccccccc");
    container.hostname = "shop-0";
    CHECK(container.shown() == "shop-0");
    container.names = {"app", "shop-0", "prod"};
    CHECK(container.shown() == "prod/shop-0/app");
}

TEST_CASE("jvm choice: a part of the main class or the jar is enough, in any letters") {
    const std::vector<JvmSummary> jvms{jvm(1, "org.apache.catalina.startup.Bootstrap", "… start"),
                                       jvm(2, "/srv/tomcat/Shop-1.2.jar", "… --port 80")};
    CHECK(pids_of(jvms, {"bootstrap", "", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"CATALINA", "", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"shop", "", ""}) == Pids{2});
    CHECK(pids_of(jvms, {"tomcat", "", ""}).empty());  // the jar's folder is no part of its name
    CHECK(pids_of(jvms, {"o", "", ""}) == Pids{1, 2});
    CHECK(pids_of(jvms, {"port", "", ""}).empty());  // nor are arguments
}

TEST_CASE("jvm choice: an exact name wins over those that have it as a part") {
    const std::vector<JvmSummary> jvms{jvm(1, "com.example.Main", ""), jvm(2, "com.example.MainLoop", ""),
                                       jvm(3, "app.jar", ""), jvm(4, "/opt/app-server.jar", "")};
    CHECK(pids_of(jvms, {"Main", "", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"com.example.main", "", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"app", "", ""}) == Pids{3});
    CHECK(pids_of(jvms, {"app.jar", "", ""}) == Pids{3});
    CHECK(pids_of(jvms, {"main", "", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"mai", "", ""}) == Pids{1, 2});
}

TEST_CASE("jvm choice: a container by its name, its pod or how its id begins") {
    std::vector<JvmSummary> jvms{jvm(1, "Main", "", "web"), jvm(2, "Main", "", "web2"), jvm(3, "Main", "")};
    jvms[0].container.id = std::string(64, 'a');
    jvms[1].container.names.pod = "shop-0";
    jvms[1].container.names.pod_space = "prod";
    CHECK(pids_of(jvms, {"", "web", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"", "we", ""}).empty());  // a name is whole
    CHECK(pids_of(jvms, {"", "aaaa", ""}) == Pids{1});
    CHECK(pids_of(jvms, {"", "shop-0", ""}) == Pids{2});
    CHECK(pids_of(jvms, {"", "prod/shop-0", ""}) == Pids{2});
    CHECK(pids_of(jvms, {"", "prod/shop-0/web2", ""}) == Pids{2});
    CHECK(pids_of(jvms, {"main", "web2", ""}) == Pids{2});
}

TEST_CASE("jvm choice: --match looks at the main class with its arguments, and a wrong one is an error") {
    const std::vector<JvmSummary> jvms{jvm(1, "Main", "Main --port=80"), jvm(2, "Main", "Main --port=8080")};
    CHECK(pids_of(jvms, {"", "", "port=80$"}) == Pids{1});
    CHECK(pids_of(jvms, {"", "", "port=80"}) == Pids{1, 2});
    const auto wrong = fitting_jvms(jvms, {"", "", "("});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "--match");
    CHECK(text_of(JvmWish{"main", "web", "x"}) == "name 'main', container 'web', --match 'x'");
}
