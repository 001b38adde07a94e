#include "platform/jvm/hsperfdata_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

struct HsperfdataRoot {
    TemporaryDirectory directory;
    HsperfdataRoot() { std::filesystem::create_directories(directory.path() / "tmp/hsperfdata_joe"); }
    [[nodiscard]] AttachTarget target() const {
        return {42, ::geteuid(), ::getegid(), directory.path().string(), ""};
    }
    [[nodiscard]] std::string file() const { return directory / "tmp/hsperfdata_joe/42"; }
};

// As a JVM does: 8 KiB, mapped for writing and shared, with a name in front.
void map_counters(const std::string& path, const std::string& text, int protection = PROT_READ | PROT_WRITE) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, 8192) != 0) ::_exit(1);
    if (!text.empty() && ::pwrite(file, text.data(), text.size(), 0) < 0) ::_exit(1);
    if (::mmap(nullptr, 8192, protection, MAP_SHARED, file, 0) == MAP_FAILED) ::_exit(1);
    ::close(file);
}

std::string counters_of(const Child& jvm, const HsperfdataRoot& root) {
    const auto process = ProcessFiles::open(jvm.pid());
    const auto read = read_hsperfdata(*process, root.target());
    return read ? std::string(read->c_str()) : "error: " + read.error().what;
}

double seconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Until a process that starts now is later than what was written before, by the coarser of both clocks.
void let_time_pass() {
    const double written = seconds(CLOCK_BOOTTIME);
    REQUIRE(eventually([&] { return seconds(CLOCK_BOOTTIME) > written + 0.2; }));
}

}  // namespace

TEST_CASE(
    "hsperfdata file: the one that the process has mapped for writing is read, under whatever user name") {
    const HsperfdataRoot root;
    {
        const Child jvm([](auto ready) { ready(); });
        CHECK(counters_of(jvm, root) == "error: no hsperfdata file of this process");
    }
    const Child jvm([&](auto ready) {
        map_counters(root.file(), "counters");
        ready();
    });
    REQUIRE(jvm.ready());
    CHECK(counters_of(jvm, root) == "counters");
}

TEST_CASE(
    "hsperfdata file: a JVM of another container that shares /tmp and has the same pid is not taken for it") {
    const HsperfdataRoot root;
    const Child first([&](auto ready) {
        map_counters(root.file(), "first");
        ready();
    });
    REQUIRE(first.ready());
    REQUIRE(std::filesystem::remove(root.file()));
    const Child second([&](auto ready) {
        map_counters(root.file(), "second");
        ready();
    });
    REQUIRE(second.ready());
    CHECK(counters_of(second, root) == "second");
    // By its mapping, which takes CAP_CHECKPOINT_RESTORE: what was deleted is still its own.
    const std::string of_first = counters_of(first, root);
    INFO(of_first);
    CHECK((of_first == "first" ||
           of_first ==
               "error: belongs to another process with the same pid: the file that this one has mapped "
               "is gone"));
}

TEST_CASE("hsperfdata file: links, other kinds of files, other users' and huge ones are passed over") {
    const HsperfdataRoot root;
    const Child jvm([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(jvm.pid());
    AttachTarget target = root.target();
    SECTION("a link to a file") {
        write_text(root.directory / "secret", "secret");
        std::filesystem::create_symlink(root.directory / "secret", root.file());
    }
    SECTION("a link to a directory") {
        std::filesystem::create_directory(root.directory.path() / "elsewhere");
        write_text(root.directory / "elsewhere/42", "secret");
        std::filesystem::create_directory_symlink(root.directory.path() / "elsewhere",
                                                  root.directory.path() / "tmp/hsperfdata_eve");
    }
    SECTION("a pipe") {
        REQUIRE(::mkfifo(root.file().c_str(), 0600) == 0);
    }
    SECTION("of another user") {
        write_text(root.file(), "counters");
        target.uid += 1;
    }
    SECTION("huge") {
        write_text(root.file(), "");
        std::filesystem::resize_file(root.file(), (std::size_t{4} << 20) + 1);
    }
    CHECK(read_hsperfdata(*process, target).error().what == "no hsperfdata file of this process");
}

TEST_CASE("hsperfdata file: a mapped one of another user, or a huge one, is not read either") {
    const HsperfdataRoot root;
    const Child jvm([&](auto ready) {
        map_counters(root.file(), "counters");
        ready();
    });
    REQUIRE(jvm.ready());
    const auto process = ProcessFiles::open(jvm.pid());
    AttachTarget target = root.target();
    SECTION("of another user") {
        target.uid += 1;
    }
    SECTION("huge") {
        std::filesystem::resize_file(root.file(), (std::size_t{4} << 20) + 1);
    }
    CHECK_FALSE(read_hsperfdata(*process, target));
}

TEST_CASE("hsperfdata file: what another process wrote is refused, and by what is known of it") {
    const HsperfdataRoot root;
    SECTION("before this one began: it may have ended, or run in another container") {
        write_text(root.file(), "stale");
        let_time_pass();
        const Child jvm([](auto ready) { ready(); });
        CHECK(
            counters_of(jvm, root) ==
            "error: was left by an earlier process with the same pid, or belongs to one in a container that "
            "shares this /tmp");
    }
    SECTION("since: in another container, or by a JVM that had no room for it") {
        const Child jvm([](auto ready) { ready(); });
        let_time_pass();
        write_text(root.file(), "newer");
        CHECK(counters_of(jvm, root) ==
              "error: is not mapped by this process: it belongs to one with the same pid in a container that "
              "shares this /tmp, or the JVM had no room to write it");
    }
    SECTION("a tool that has mapped it for reading") {
        write_text(root.file(), "of a JVM");
        const Child tool([&](auto ready) {
            map_counters(root.file(), "", PROT_READ);
            ready();
        });
        REQUIRE(tool.ready());
        CHECK(counters_of(tool, root).starts_with("error: "));
    }
}
