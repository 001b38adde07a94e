// What findings say of files that are mapped, of evidence that is missing, and of a process that is no JVM.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "catch.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

// The findings of one rule.
std::vector<nlohmann::json> of_rule(const nlohmann::json& report, const std::string& rule) {
    std::vector<nlohmann::json> found;
    for (const auto& finding : report["findings"]) {
        if (finding["rule"] == rule) found.push_back(finding);
    }
    return found;
}

bool says(const nlohmann::json& finding, const std::string& part) {
    return finding.dump().find(part) != std::string::npos;
}

std::uint64_t shared_kib(const LiveJvm& jvm) {
    std::ifstream status("/proc/" + jvm.pid_text() + "/status");
    for (std::string word; status >> word;) {
        std::uint64_t kib = 0;
        if (word == "RssShmem:" && status >> kib) return kib;
    }
    return 0;
}

}  // namespace

TEST_CASE("live: a file on a disk is page cache, one in shared memory is not, and neither is an alarm",
          "[any-jdk]") {
    LiveJvm jvm(jdk_under_test(), {"-Xmx64m", "-XX:NativeMemoryTracking=summary"}, {});
    const std::string name = "nmtx-mapped-" + jvm.pid_text();
    CHECK(of_rule(nmtx_json({jvm.pid_text()}), "mapped-files").empty());

    jvm.take("mmap=/var/tmp/" + name + ":80000000");
    auto found = of_rule(nmtx_json({jvm.pid_text()}), "mapped-files");
    REQUIRE(found.size() == 1);
    CHECK(found[0]["severity"] == "note");
    CHECK(says(found[0], "page cache, reclaimable"));
    CHECK(says(found[0], "/var/tmp/" + name));
    CHECK(found[0]["bytes"].get<std::int64_t>() >= 80'000'000);
    CHECK(found[0]["bytes"].get<std::int64_t>() < 82'000'000);

    // In a chroot /dev/shm may be a folder on the disk: the kernel's count tells.
    jvm.take("mmap=/dev/shm/" + name + ":70000000");
    found = of_rule(nmtx_json({jvm.pid_text()}), "mapped-files");
    if (shared_kib(jvm) > 68'000) {
        REQUIRE(found.size() == 2);
        const auto& shared = says(found[0], "not page cache") ? found[0] : found[1];
        CHECK(says(shared, "not page cache"));
        CHECK(says(shared, "/dev/shm/" + name));
        CHECK(shared["bytes"].get<std::int64_t>() >= 70'000'000);
    } else {
        REQUIRE(found.size() == 1);
        CHECK(says(found[0], "page cache, reclaimable"));
        CHECK(found[0]["bytes"].get<std::int64_t>() >= 150'000'000);
    }

    SECTION("what was not asked is missed; what was asked is not") {
        const auto missed = of_rule(nmtx_json({jvm.pid_text(), "--attach=never"}), "missing-evidence");
        REQUIRE(missed.size() == 1);
        CHECK(says(missed[0], "the JVM was not asked"));
        CHECK(of_rule(nmtx_json({jvm.pid_text()}), "missing-evidence").empty());
        CHECK(of_rule(nmtx_json({jvm.pid_text()}), "not-hotspot").empty());
    }
}

TEST_CASE("live: of a process that is no JVM findings say what still holds", "[any-jdk]") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t pid = fork();
    if (pid == 0) {
        // Not this test's own memory, which with AddressSanitizer is like no other's.
        execlp("sleep", "sleep", "100", nullptr);
        _exit(1);
    }
    close(ends[1]);
    char byte = 0;
    CHECK(read(ends[0], &byte, 1) == 0);  // the other end was closed: it is the other program now
    close(ends[0]);
    const auto report = nmtx_json({std::to_string(pid)});
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    REQUIRE(of_rule(report, "not-hotspot").size() == 1);
    CHECK(says(of_rule(report, "not-hotspot")[0], "No JVM in this process"));
    CHECK(of_rule(report, "missing-evidence").empty());
}
