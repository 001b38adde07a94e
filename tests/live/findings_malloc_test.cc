// What `nmtx PID` finds in JVMs whose native memory is known, and what it must not find in those that only
// look like them. One JVM takes more and more, so that each finding comes with what causes it and not before.
#include <fmt/format.h>

#include <fstream>
#include <set>

#include "catch.h"
#include "live/live_jvm.h"
#include "platform/jvm/attach.h"

using namespace nmtx::live;

namespace {

class Found {
  public:
    explicit Found(const LiveJvm& jvm, const std::vector<std::string>& options = {}) {
        std::vector<std::string> command{jvm.pid_text()};
        command.insert(command.end(), options.begin(), options.end());
        const auto report = nmtx_json(command);
        json_ = report["findings"];
        malloc_ = report["malloc"];
    }
    // "note", "warning", "problem"; empty where the rule found nothing.
    [[nodiscard]] std::string severity(const std::string& rule) const {
        const auto finding = of(rule);
        return finding.is_null() ? "" : finding["severity"];
    }
    [[nodiscard]] std::uint64_t bytes(const std::string& rule) const {
        return of(rule)["bytes"].get<std::uint64_t>();
    }
    [[nodiscard]] bool says(const std::string& rule, const std::string& text) const {
        return of(rule).dump().find(text) != std::string::npos;
    }
    // What the remedy with this in its command is said to give back; 0 where there is none.
    [[nodiscard]] double gives_back(const std::string& rule, const std::string& command) const {
        const auto finding = of(rule);
        if (finding.is_null()) return 0;
        for (const auto& remedy : finding["remedies"]) {
            if (remedy["command"].is_string() &&
                remedy["command"].get<std::string>().find(command) != std::string::npos)
                return remedy["gives_back_bytes"].get<double>();
        }
        return 0;
    }
    // The rules that found more than a note.
    [[nodiscard]] std::set<std::string> wrong() const {
        std::set<std::string> rules;
        for (const auto& finding : json_) {
            if (finding["severity"] != "note") rules.insert(finding["rule"].get<std::string>());
        }
        return rules;
    }
    // With what the walk over malloc says of itself.
    [[nodiscard]] std::string text() const {
        std::string text = json_.dump(1);
        for (const char* key : {"why_not_walked", "notes", "allocator", "untracked"}) {
            if (malloc_.contains(key)) text += fmt::format("\nmalloc {}: {}", key, malloc_[key].dump());
        }
        return text;
    }

  private:
    [[nodiscard]] nlohmann::json of(const std::string& rule) const {
        for (const auto& finding : json_) {
            if (finding["rule"] == rule) return finding;
        }
        return nullptr;
    }
    nlohmann::json json_, malloc_;
};

using Rules = std::set<std::string>;

double rss_of(const LiveJvm& jvm) {
    std::ifstream statm("/proc/" + jvm.pid_text() + "/statm");
    double size = 0, resident = 0;
    statm >> size >> resident;
    return resident * 4096;
}

}  // namespace

TEST_CASE("live: findings: direct buffers, zlib's streams and JNI blocks, each when it has come") {
    LiveJvm jvm(jdk_under_test(),
                {"-XX:NativeMemoryTracking=summary", "-Xms256m", "-Xmx512m", "-XX:MaxMetaspaceSize=96m"},
                {"threads=20", "direct=2", "inflater=5", "leak=100x1009"});
    const Found healthy(jvm);
    INFO(healthy.text());
    CHECK(healthy.wrong() == Rules());
    CHECK(healthy.severity("nothing-wrong") == "note");
    CHECK(healthy.severity("untouched-commit") == "note");
    for (const char* rule : {"direct-buffers", "zlib", "jni-malloc", "retention", "arena-count", "metaspace"})
        CHECK(healthy.severity(rule).empty());

    jvm.take("direct=40");
    const Found direct(jvm);
    INFO(direct.text());
    CHECK(direct.wrong() == Rules());
    CHECK(direct.severity("direct-buffers") == "note");
    CHECK(direct.bytes("direct-buffers") >= std::uint64_t{42} << 20);

    jvm.take("inflater=1500");
    const Found zlib(jvm);
    INFO(zlib.text());
    CHECK(!zlib.severity("zlib").empty());
    CHECK(zlib.bytes("zlib") >= std::uint64_t{1400} * (32 << 10));
    CHECK(zlib.says("zlib", " and 0 deflate states"));
    CHECK(zlib.says("zlib", "GC.class_histogram -all"));
    CHECK(zlib.severity("jni-malloc").empty());

    jvm.take("leak=60000x1009");
    const Found leak(jvm);
    INFO(leak.text());
    CHECK(leak.severity("jni-malloc") == "warning");
    CHECK(leak.bytes("jni-malloc") >= 60000 * 1009);
    CHECK(leak.says("jni-malloc", "libtarget.so"));
    CHECK(leak.severity("retention").empty());
    CHECK(leak.severity("arena-count").empty());
}

TEST_CASE("live: findings: arenas that keep what threads freed; not the arenas in which blocks live",
          "[any-jdk]") {
    const LiveJvm kept(jdk_under_test(),
                       {"-XX:NativeMemoryTracking=summary", "-Xms32m", "-Xmx64m", "-XX:+AlwaysPreTouch"},
                       {"arenas=14x24000"});
    const Found arenas(kept);
    INFO(arenas.text());
    CHECK(arenas.severity("arena-count") == "warning");
    CHECK(arenas.bytes("arena-count") >= kept.truth("arena_freed_bytes") * 3 / 4);
    CHECK(arenas.says("arena-count", "MALLOC_ARENA_MAX=2"));
    CHECK(arenas.says("arena-count", " CPU"));
    CHECK(arenas.says("arena-count", "(estimate"));
    CHECK(arenas.severity("retention").empty());  // the same bytes
    CHECK(arenas.severity("jni-malloc").empty());
    CHECK(arenas.severity("untouched-commit").empty());

    const LiveJvm held(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"},
                       {"leak=90000x1009", "jnithreads=14"});
    const Found live(held);
    INFO(live.text());
    CHECK(live.severity("arena-count").empty());
    CHECK(live.severity("retention").empty());
    CHECK(live.severity("jni-malloc") == "warning");
}

TEST_CASE(
    "live: findings: what was freed between live blocks is retention, in one arena no arena-count; direct "
    "buffers near their limit",
    "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(),
                      {"-XX:NativeMemoryTracking=summary", "-Xmx64m", "-XX:MaxDirectMemorySize=33m"},
                      {"freed=270000x331", "direct=30"});
    const Found found(jvm);
    INFO(found.text());
    CHECK(found.severity("retention") == "warning");
    CHECK(found.bytes("retention") >= jvm.truth("freed_bytes") * 9 / 10);
    CHECK(found.severity("arena-count").empty());
    CHECK(found.severity("jni-malloc").empty());
    // 8 has what the JVM itself takes in the same category: some MiB more.
    CHECK(found.severity("direct-buffers") == "warning");
    // Each 16th block stays, and they are 5.4 KiB apart: of the pages between them only some are free as a
    // whole.
    if (jdk_under_test().feature >= 11)
        CHECK(found.gives_back("retention", "System.trim_native_heap") <
              static_cast<double>(found.bytes("retention")) / 2);
}

TEST_CASE("live: findings: a trim gives back what was estimated") {
    const Jdk jdk = jdk_under_test();
    if (jdk.feature < 11) return;  // 8 has no such command
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-Xms32m", "-Xmx64m", "-XX:+AlwaysPreTouch"},
                      {"freed=4000x20011"});
    const Found found(jvm);
    INFO(found.text());
    const double estimated = found.gives_back("retention", "System.trim_native_heap");
    REQUIRE(estimated > 0);
    const double before = rss_of(jvm);
    const auto process = nmtx::ProcessFiles::open(static_cast<std::uint64_t>(jvm.pid()));
    REQUIRE(process);
    auto client = nmtx::AttachClient::open(*process);
    REQUIRE(client);
    REQUIRE(client->ask("System.trim_native_heap", std::chrono::seconds(10)));
    const double given = before - rss_of(jvm);
    fmt::print("measured: JDK {} a trim gave back {:.1f} MiB, estimated {:.1f}\n", jdk.feature,
               given / (1 << 20), estimated / (1 << 20));
    CHECK(given > estimated * 0.8);
    CHECK(given < estimated * 1.2 + (4 << 20));
}

TEST_CASE("live: findings: a record of another process is refused, one of this process is read",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/r.db", capture = folder.path() + "/c.nmtx";
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {}), other(jdk_under_test(), {"-Xmx64m"}, {});
    REQUIRE(run_nmtx({"record", jvm.pid_text(), "-o", file, "--every=50ms", "--for=200ms"}).exit_code == 0);
    CHECK(run_nmtx({jvm.pid_text(), "--record", file}).exit_code == 0);
    const Outcome refused = run_nmtx({other.pid_text(), "--record", file});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find("has no run of process " + other.pid_text()) != std::string::npos);
    CHECK(run_nmtx({other.pid_text(), "--record", file, "--run=1"}).exit_code == 0);
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "-o", capture}).exit_code == 0);
    CHECK(run_nmtx({"report", capture, "--record", file}).exit_code == 0);
    CHECK(run_nmtx({"malloc", capture, "--record", file}).exit_code == 2);
}
