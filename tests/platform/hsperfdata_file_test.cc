#include "platform/hsperfdata_file.h"

#include <sys/stat.h>
#include <time.h>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

struct Root {
    TemporaryDirectory directory;
    Root() { std::filesystem::create_directories(directory.path() / "tmp/hsperfdata_joe"); }
    [[nodiscard]] AttachTarget target() const {
        return {42, ::geteuid(), ::getegid(), directory.path().string(), ""};
    }
    [[nodiscard]] std::string file() const { return directory / "tmp/hsperfdata_joe/42"; }
};

}  // namespace

TEST_CASE("hsperfdata file: the process's own is read, under whatever user name") {
    const Root root;
    const Child jvm([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(jvm.pid());
    CHECK(read_hsperfdata(*process, root.target()).error().what == "no hsperfdata file of this process");
    write_text(root.file(), "counters");
    CHECK(read_hsperfdata(*process, root.target()) == "counters");
}

TEST_CASE("hsperfdata file: links, other kinds of files, other users' and huge ones are passed over") {
    const Root root;
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

TEST_CASE("hsperfdata file: what an earlier process with the same pid left is refused") {
    const Root root;
    write_text(root.file(), "stale");
    const auto seconds = [](clockid_t clock) {
        timespec now{};
        ::clock_gettime(clock, &now);
        return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
    };
    const double written = seconds(CLOCK_BOOTTIME);
    REQUIRE(eventually([&] { return seconds(CLOCK_BOOTTIME) > written + 0.2; }));
    const Child jvm([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(jvm.pid());
    CHECK(read_hsperfdata(*process, root.target()).error().what ==
          "was left by an earlier process with the same pid");
}
