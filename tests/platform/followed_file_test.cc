#include "platform/output/followed_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "catch.h"
#include "platform/child.h"
#include "platform/proc/input_file.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

using LinesToAppend = std::vector<std::string>;

constexpr std::uint64_t plenty = 1'000'000;

unsigned mode_of(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

bool exists(const std::string& path) {
    return std::filesystem::exists(std::filesystem::symlink_status(path));
}

}  // namespace

TEST_CASE("followed file: lines are appended, for all to read") {
    const TemporaryDirectory directory;
    const mode_t before = ::umask(0077);
    REQUIRE(append_lines(directory / "a", LinesToAppend{"one\n", "two\n"}, plenty));
    ::umask(before);
    REQUIRE(append_lines(directory / "a", LinesToAppend{"three\n"}, plenty));
    CHECK(read_text(directory / "a") == "one\ntwo\nthree\n");
    CHECK(mode_of(directory / "a") == 0644U);
    CHECK_FALSE(exists(directory / "a.1"));
    CHECK_FALSE(append_lines(directory / "none/a", LinesToAppend{"x\n"}, plenty));
}

TEST_CASE("followed file: where it would become too large, it is renamed and a new one begins") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a";
    REQUIRE(append_lines(file, LinesToAppend{"1234\n"}, 10));
    // A reader that has it open reads on in it.
    const int reader = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(append_lines(file, LinesToAppend{"5678\n"}, 10));
    CHECK(read_text(file) == "1234\n5678\n");
    REQUIRE(append_lines(file, LinesToAppend{"9\n"}, 10));
    CHECK(read_text(file) == "9\n");
    CHECK(read_text(file + ".1") == "1234\n5678\n");
    std::string text(100, '\0');
    text.resize(static_cast<std::size_t>(::read(reader, text.data(), text.size())));
    ::close(reader);
    CHECK(text == "1234\n5678\n");
    // Lines that belong together stay together.
    REQUIRE(append_lines(file, LinesToAppend{"aaaaa\n", "bbbbb\n"}, 10));
    CHECK(read_text(file) == "aaaaa\nbbbbb\n");
    CHECK(read_text(file + ".1") == "9\n");
    for (int i = 0; i < 100; ++i) REQUIRE(append_lines(file, LinesToAppend{"1234567\n"}, 10));
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 2);
    CHECK(read_text(file) == "1234567\n");
}

TEST_CASE("followed file: half a line of a writer that was killed is not continued") {
    const TemporaryDirectory directory;
    write_text(directory / "a", "whole\nhal");
    REQUIRE(append_lines(directory / "a", LinesToAppend{"next\n"}, plenty));
    CHECK(read_text(directory / "a") == "next\n");
    CHECK(read_text(directory / "a.1") == "whole\nhal");
}

TEST_CASE("followed file: without room no half line stays, and the lines before it do") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a";
    Child child([&](const auto& ready) {
        const rlimit limit{1000, 1000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const bool first =
            append_lines(file, LinesToAppend{std::string(799, 'x') + "\n"}, plenty).has_value();
        const bool second =
            append_lines(file, LinesToAppend{std::string(399, 'y') + "\n"}, plenty).has_value();
        if (!first || second) ::_exit(1);
        ready();
    });
    CHECK(child.ready());
    CHECK(read_text(file) == std::string(799, 'x') + "\n");
    REQUIRE(append_lines(file, LinesToAppend{"next\n"}, plenty));
    CHECK(read_text(file) == std::string(799, 'x') + "\nnext\n");
}

TEST_CASE("followed file: a file that is gone or was moved is made anew") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a";
    REQUIRE(append_lines(file, LinesToAppend{"1\n"}, plenty));
    std::filesystem::rename(file, directory / "b");
    REQUIRE(append_lines(file, LinesToAppend{"2\n"}, plenty));
    std::filesystem::remove(file);
    REQUIRE(append_lines(file, LinesToAppend{"3\n"}, plenty));
    CHECK(read_text(file) == "3\n");
    CHECK(read_text(directory / "b") == "1\n");
}

TEST_CASE("followed file: nothing that may be a trap is written to") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a";
    SECTION("a hard link to another file") {
        write_text(directory / "victim", "old\n");
        std::filesystem::create_hard_link(directory / "victim", file);
    }
    SECTION("a FIFO, which nobody reads") {
        REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    }
    SECTION("a FIFO that somebody reads") {
        REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
        const int reader = ::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        CHECK_FALSE(append_lines(file, LinesToAppend{"x\n"}, plenty));
        ::close(reader);
    }
    SECTION("a directory") {
        std::filesystem::create_directory(file);
    }
    if (::geteuid() == 0) {
        SECTION("a link of another user") {
            write_text(directory / "victim", "old\n");
            std::filesystem::create_symlink(directory / "victim", file);
            REQUIRE(::lchown(file.c_str(), 65534, 65534) == 0);
        }
        SECTION("a file of another user") {
            write_text(file, "old\n");
            REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
        }
    }
    CHECK_FALSE(append_lines(file, LinesToAppend{"x\n"}, plenty));
    if (exists(directory / "victim")) CHECK(read_text(directory / "victim") == "old\n");
    CHECK_FALSE(exists(file + ".1"));
}

TEST_CASE("followed file: a link of one's own is followed, and what it leads to is rotated there") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "disk");
    std::filesystem::create_symlink(directory / "disk/a", directory / "a");
    REQUIRE(append_lines(directory / "a", LinesToAppend{"12345\n"}, 10));
    REQUIRE(append_lines(directory / "a", LinesToAppend{"67890\n"}, 10));
    CHECK(read_text(directory / "disk/a") == "67890\n");
    CHECK(read_text(directory / "disk/a.1") == "12345\n");
    CHECK_FALSE(exists(directory / "a.1"));
    // Where the old one goes, a link is replaced, not followed.
    write_text(directory / "victim", "old\n");
    std::filesystem::remove(directory / "disk/a.1");
    std::filesystem::create_symlink(directory / "victim", directory / "disk/a.1");
    REQUIRE(append_lines(directory / "a", LinesToAppend{"abcde\n"}, 10));
    CHECK(read_text(directory / "victim") == "old\n");
    CHECK(read_text(directory / "disk/a.1") == "67890\n");
}
