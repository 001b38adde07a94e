#include "platform/output/output_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "catch.h"
#include "platform/child.h"
#include "platform/output/temporary_file.h"
#include "platform/proc/input_file.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

std::size_t count_of_files_in(const TemporaryDirectory& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path()), {}));
}

}  // namespace

TEST_CASE("output file: whole, readable by its owner alone, nothing beside it") {
    const TemporaryDirectory directory;
    REQUIRE(write_file(directory / "a", std::string(100000, 'x'), false));
    CHECK(read_text(directory / "a").size() == 100000);
    CHECK(count_of_files_in(directory) == 1);
    struct stat info{};
    REQUIRE(::stat((directory / "a").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("output file: what is there already stays unless it may be replaced") {
    const TemporaryDirectory directory;
    write_text(directory / "a", "old");
    const auto refused = write_file(directory / "a", "new", false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "already exists");
    CHECK(read_text(directory / "a") == "old");
    CHECK(count_of_files_in(directory) == 1);
    REQUIRE(write_file(directory / "a", "new", true));
    CHECK(read_text(directory / "a") == "new");
    CHECK(count_of_files_in(directory) == 1);
}

TEST_CASE("output file: a symbolic link is replaced, what it leads to is left alone") {
    const TemporaryDirectory directory;
    write_text(directory / "victim", "old");
    std::filesystem::create_symlink(directory / "victim", directory / "a");
    CHECK_FALSE(write_file(directory / "a", "new", false));
    REQUIRE(write_file(directory / "a", "new", true));
    CHECK(read_text(directory / "victim") == "old");
    CHECK(read_text(directory / "a") == "new");
}

TEST_CASE("output file: without room it fails, leaves nothing, and keeps the old file") {
    const TemporaryDirectory directory;
    write_text(directory / "a", "old");
    // In a child: the limit holds for the whole process. The default action of SIGXFSZ would end it.
    const pid_t writer = ::fork();
    if (writer == 0) {
        const rlimit limit{4096, 4096};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto written = write_file(directory / "a", std::string(100000, 'x'), true);
        ::_exit(!written && written.error().what == "file too large" ? 0 : 1);
    }
    int outcome = -1;
    ::waitpid(writer, &outcome, 0);
    CHECK(WIFEXITED(outcome));
    CHECK(WEXITSTATUS(outcome) == 0);
    CHECK(read_text(directory / "a") == "old");
    CHECK(count_of_files_in(directory) == 1);
}

TEST_CASE("output file: a directory that is not there is named") {
    const TemporaryDirectory directory;
    const auto written = write_file(directory / "no/a", "x", false);
    REQUIRE_FALSE(written);
    CHECK(written.error().where == directory / "no/a");
    CHECK(written.error().what == "no such file or directory");
}

TEST_CASE("output file: a device is written to, not replaced") {
    REQUIRE(write_file("/dev/null", "x", true));
    struct stat info{};
    REQUIRE(::stat("/dev/null", &info) == 0);
    CHECK(S_ISCHR(info.st_mode));
    const auto full = write_file("/dev/full", "x", false);
    REQUIRE_FALSE(full);
    CHECK(full.error().what == "no space left on device");
}

TEST_CASE("input file: whole, empty, too long, absent, a directory") {
    const TemporaryDirectory directory;
    write_text(directory / "a", std::string(300000, 'x'));
    write_text(directory / "empty", "");
    CHECK(read_input(directory / "a")->size() == 300000);
    CHECK(read_input(directory / "empty")->empty());
    CHECK_FALSE(read_input(directory / "a", 1000));
    CHECK(read_input("/dev/zero", 100000).error().what ==
          "longer than 100000 bytes, which is the most that is read");
    CHECK(read_input(directory / "b").error().what == "no such file or directory");
    CHECK(read_input(directory.path().string()).error().what == "is a directory");
}

TEST_CASE("output file: a directory appears with all its files, or not at all") {
    const TemporaryDirectory directory;
    const std::vector<NamedFile> files{{"a", "1"}, {"b", "2"}};
    REQUIRE(write_files(directory / "new/", files, false));
    CHECK(read_text(directory / "new/b") == "2");
    CHECK(count_of_files_in(directory) == 1);
    struct stat info{};
    REQUIRE(::stat((directory / "new").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0700U);
    // The second file cannot be written: neither the first nor the directory is left.
    CHECK_FALSE(write_files(directory / "other", {{"a", "1"}, {"no/where", "2"}}, false));
    CHECK(count_of_files_in(directory) == 1);
    CHECK_FALSE(write_files(directory / "no/where", files, false));
    write_text(directory / "file", "x");
    CHECK_FALSE(write_files(directory / "file", files, true));
}

TEST_CASE("output file: into a directory that is there, all files or none, over others on request alone") {
    const TemporaryDirectory directory;
    write_text(directory / "b", "old");
    write_text(directory / "c", "mine");
    const std::vector<NamedFile> files{{"a", "1"}, {"b", "2"}};
    const auto refused = write_files(directory.path().string(), files, false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "already exists");
    CHECK(count_of_files_in(directory) == 2);
    CHECK(read_text(directory / "b") == "old");
    CHECK_FALSE(write_files(directory.path().string(), {{"a", "1"}, {"no/where", "2"}}, true));
    CHECK(count_of_files_in(directory) == 2);
    REQUIRE(write_files(directory.path().string(), files, true));
    CHECK(read_text(directory / "a") == "1");
    CHECK(read_text(directory / "b") == "2");
    CHECK(read_text(directory / "c") == "mine");
    CHECK(count_of_files_in(directory) == 3);
}

TEST_CASE(
    "output file: what a killed run has left is removed by the next one, what a live one writes is not") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "in");
    for (const std::string where : {"a", "in/a"}) {
        Child killed([&](auto ready) {
            const auto file = temporary_file_beside(directory / where);
            const auto folder = temporary_directory_beside(directory / where);
            write_text(folder->path + "/ticket.md", "half");
            ready();
            while (true) ::pause();
        });
        killed.end();  // by SIGKILL
    }
    Child writer([&](auto ready) {
        const auto file = temporary_file_beside(directory / "b");
        const auto folder = temporary_directory_beside(directory / "b");
        write_text(folder->path + "/ticket.md", "half");
        ready();
        while (true) ::pause();
    });
    write_text(directory / ".nmtx-notes.tmp", "somebody's");
    REQUIRE(count_of_files_in(directory) == 2 + 2 + 1 + 1);
    REQUIRE(write_file(directory / "a", "whole", false));
    CHECK(count_of_files_in(directory) == 2 + 1 + 1 + 1);
    REQUIRE(write_files(directory / "in", {{"ticket.md", "whole"}}, false));
    CHECK(std::distance(std::filesystem::directory_iterator(directory / "in"), {}) == 1);
    writer.end();
    REQUIRE(write_files(directory / "new", {{"ticket.md", "whole"}}, false));
    CHECK(count_of_files_in(directory) == 1 + 1 + 1 + 1);  // a, in, new and the notes
}
