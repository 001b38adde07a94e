#include "platform/proc/process_files.h"

#include <fcntl.h>
#include <sys/prctl.h>

#include <memory>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

TEST_CASE("process files: a live process is read by name") {
    const Child child([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    CHECK(process->pid() == child.pid());
    CHECK(process->start_ticks() > 0);
    CHECK_FALSE(process->kernel_thread());
    CHECK_FALSE(process->zombie());
    CHECK(process->still_same());
    CHECK(process->path("smaps") == "/proc/" + std::to_string(child.pid()) + "/smaps");
    CHECK(process->read("status")->substr(0, 6) == "Name:\t");
    CHECK(process->link("exe")->front() == '/');
    CHECK(process->list("task") == std::vector<std::string>{std::to_string(child.pid())});
}

TEST_CASE("process files: a text of many megabytes comes whole") {
    const Child child([](auto ready) {
        for (int i = 0; i < 4000; ++i) {
            void* pages = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            ::mprotect(pages, 4096, PROT_READ);
        }
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    const auto smaps = process->read_large("smaps");
    REQUIRE(smaps);
    CHECK(smaps->size() > std::size_t{4000} * 500);
    CHECK(smaps->back() == '\n');
    CHECK(smaps->find('\0') == std::string::npos);
    std::size_t mappings = 0;
    for (std::size_t at = 0; (at = smaps->find("\nVmFlags:", at + 1)) != std::string::npos;) ++mappings;
    const std::string maps = process->read_large("maps").value();
    std::size_t lines = 0;
    for (const char c : maps) lines += c == '\n' ? 1 : 0;
    CHECK(mappings == lines);
}

TEST_CASE("process files: more than the limit is an error, not a cut text") {
    const Child child([](auto ready) { ready(); });
    const auto text = ProcessFiles::open(child.pid())->read("smaps", 5000);
    REQUIRE_FALSE(text);
    CHECK(text.error().what == "longer than 5000 bytes, which is the most that is read");
}

TEST_CASE("process files: a pid that is not there is named with the next step") {
    const auto process = ProcessFiles::open(4194304 + 1);
    REQUIRE_FALSE(process);
    CHECK(to_string(process.error()) == "pid 4194305: no such process; see what runs: nmtx list");
}

TEST_CASE("process files: the id of a thread leads to its process") {
    int tid[2];
    REQUIRE(::pipe(tid) == 0);
    const Child child([&](auto ready) {
        std::thread([&] {
            const pid_t mine = ::gettid();
            if (::write(tid[1], &mine, sizeof mine) < 0) ::_exit(1);
            ready();
            ::pause();
        }).join();
    });
    pid_t thread = 0;
    REQUIRE(::read(tid[0], &thread, sizeof thread) == static_cast<ssize_t>(sizeof thread));
    ::close(tid[0]);
    ::close(tid[1]);
    const auto process = ProcessFiles::open(static_cast<std::uint64_t>(thread));
    REQUIRE_FALSE(process);
    CHECK(process.error().what == "a thread of process " + std::to_string(child.pid()));
}

TEST_CASE("process files: a process that ends is not the same any more, and reads say so") {
    Child child([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    child.end();
    CHECK_FALSE(process->still_same());
    const auto status = process->read("status");
    REQUIRE_FALSE(status);
    CHECK(status.error().what == "the process ended while it was read");
}

TEST_CASE("process files: exec brings another process under the same pid and start time") {
    int go[2];
    REQUIRE(::pipe(go) == 0);
    const Child child([&](auto ready) {
        ready();
        char byte = 0;
        if (::read(go[0], &byte, 1) == 1) ::execl("/bin/sh", "sh", "-c", "read x", nullptr);
        ::_exit(1);
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    CHECK(process->still_same());
    REQUIRE(::write(go[1], "g", 1) == 1);
    CHECK(eventually([&] {
        return process->link("exe") !=
               ProcessFiles::open(static_cast<std::uint64_t>(::getpid()))->link("exe");
    }));
    CHECK_FALSE(process->still_same());
    ::close(go[0]);
    ::close(go[1]);
}

TEST_CASE("process files: a zombie can be opened and is known as one") {
    Child child([](auto) { ::_exit(0); });
    CHECK(eventually([&] {
        const auto process = ProcessFiles::open(child.pid());
        return process && process->zombie();
    }));
}

TEST_CASE("process files: a process of another user is refused with the next step") {
    // Dumpable off is what the kernel does to programs that change their user: their files belong to root.
    if (::geteuid() == 0) {
        int outcome = -1;
        const pid_t reader = ::fork();
        if (reader == 0) {
            const pid_t root = ::getppid();
            if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
            const auto process = ProcessFiles::open(static_cast<std::uint64_t>(root));
            const auto smaps = process ? process->read("smaps") : tl::make_unexpected(process.error());
            const bool right = !smaps && smaps.error().hint == "run as the JVM's user or root";
            ::_exit(right ? 0 : 1);
        }
        ::waitpid(reader, &outcome, 0);
        CHECK(WEXITSTATUS(outcome) == 0);
    } else {
        const auto process = ProcessFiles::open(1);
        const auto smaps = process ? process->read("smaps") : tl::make_unexpected(process.error());
        REQUIRE_FALSE(smaps);
        CHECK(smaps.error().hint == "run as the JVM's user or root");
    }
}
