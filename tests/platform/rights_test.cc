// What nmtx gives up: capabilities, system calls, core files; and how it ends when nothing else catches.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <new>
#include <stdexcept>
#include <thread>

#include "catch.h"
#include "platform/child.h"
#include "platform/os/acting_as.h"
#include "platform/os/confinement.h"
#include "platform/os/core_dumps.h"
#include "platform/os/last_resort.h"
#include "platform/os/privileges.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

// What `work` says in a process of its own, and how that ended.
struct Outcome {
    std::string said;
    int status = 0;
};

Outcome in_child(const std::function<std::string()>& work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        ::dup2(ends[1], STDERR_FILENO);
        const std::string said = work();
        if (::write(ends[1], said.data(), said.size()) < 0) ::_exit(9);
        ::_exit(0);
    }
    ::close(ends[1]);
    Outcome outcome;
    std::array<char, 512> block{};
    for (ssize_t got = 0; (got = ::read(ends[0], block.data(), block.size())) > 0;)
        outcome.said.append(block.data(), static_cast<std::size_t>(got));
    ::close(ends[0]);
    REQUIRE(::waitpid(child, &outcome.status, 0) == child);
    return outcome;
}

std::string status_field(const std::string& field) {
    const std::string status = read_text("/proc/thread-self/status");
    const auto at = status.find("\n" + field + ":\t");
    if (at == std::string::npos) return "absent";
    const auto begin = at + field.size() + 3;
    return status.substr(begin, status.find('\n', begin) - begin);
}

constexpr unsigned long long bit(unsigned capability) {
    return 1ULL << capability;
}
constexpr unsigned dac_override = 1;
constexpr unsigned dac_read_search = 2;
constexpr unsigned kill_others = 5;
constexpr unsigned set_gid = 6;
constexpr unsigned set_uid = 7;
constexpr unsigned sys_ptrace = 19;
constexpr unsigned sys_admin = 21;
constexpr unsigned checkpoint_restore = 40;

}  // namespace

TEST_CASE("rights: root keeps the capabilities that the command takes, and no other") {
    if (::geteuid() != 0) {
        WARN("needs root: nobody else has capabilities to give up");
        return;
    }
    const auto left = [](Needs needs) {
        const Outcome outcome = in_child([&] {
            drop_privileges(needs);
            const std::string effective = status_field("CapEff");
            return effective == status_field("CapPrm") && status_field("NoNewPrivs") == "1" ? effective
                                                                                            : "not so";
        });
        CAPTURE(outcome.said);
        return std::stoull(outcome.said, nullptr, 16);
    };
    CHECK(left({}) == bit(dac_read_search));
    const auto reading = left({.processes = true});
    CHECK((reading & ~bit(checkpoint_restore)) == (bit(dac_read_search) | bit(sys_ptrace)));
    const auto attaching = left({.processes = true, .attach = true});
    CHECK((attaching & ~reading) == (bit(kill_others) | bit(set_gid) | bit(set_uid)));
    CHECK((left({.processes = true, .attach = true, .stops = true, .writes = true}) & bit(sys_admin)) == 0);
    CHECK((left({.processes = true, .probes = true}) & bit(sys_admin)) != 0);
    CHECK((left({.writes = true}) & bit(dac_override)) != 0);
}

TEST_CASE(
    "rights: root without CAP_SYS_PTRACE keeps what it has, since the kernel compares it with the target's") {
    if (::geteuid() != 0) {
        WARN("needs root: nobody else has capabilities to give up");
        return;
    }
    const Outcome outcome = in_child([] {
        drop_privileges({false, false, false, true});
        const std::string before = status_field("CapEff");
        drop_privileges({true, true, false, false});
        return before == status_field("CapEff") ? std::string("kept")
                                                : before + " became " + status_field("CapEff");
    });
    CHECK(outcome.said == "kept");
}

TEST_CASE("rights: after the drop root still acts as a target's user and comes back") {
    if (::geteuid() != 0) {
        WARN("needs root: nobody else acts for another user");
        return;
    }
    const Outcome outcome = in_child([] {
        drop_privileges({true, true, false, false});
        const std::string before = status_field("CapEff") + status_field("Uid") + status_field("Groups");
        {
            const ActingAs nobody(65534, 65534);
            if (nobody.error() != 0) return std::string("could not act");
            if (::geteuid() != 65534 || status_field("CapEff") != "0000000000000000")
                return std::string("still root");
        }
        return before == status_field("CapEff") + status_field("Uid") + status_field("Groups")
                   ? std::string("back")
                   : std::string("changed");
    });
    CHECK(outcome.said == "back");
}

TEST_CASE("rights: who reads files only can read, and neither write, connect, start nor look at processes") {
    const TemporaryDirectory directory;
    write_text(directory / "in", "text");
    const FileWork work = GENERATE(FileWork::read, FileWork::read_and_write);
    const Outcome outcome = in_child([&]() -> std::string {
        if (!confine_to_files(work)) return "no seccomp";
        if (read_text(directory / "in") != "text") return "could not read";
        const std::string large(std::size_t{8} << 20, 'x');
        if (large.back() != 'x') return "no memory";
        const bool wrote = ::open((directory / "out").c_str(), O_CREAT | O_WRONLY, 0600) >= 0;
        if (wrote != (work == FileWork::read_and_write)) return wrote ? "wrote" : "could not write";
        if (::unlink((directory / "in").c_str()) == 0 && work == FileWork::read) return "removed a file";
        if (::socket(AF_UNIX, SOCK_STREAM, 0) >= 0) return "made a socket";
        if (::kill(::getppid(), 0) == 0) return "signalled";
        char* const arguments[] = {nullptr};
        ::execve("/bin/true", arguments, arguments);
        if (::syscall(SYS_vfork) >= 0) return "forked";
        if (::setuid(::getuid()) == 0) return "changed its user";
        if (::syscall(SYS_unshare, 0) == 0) return "unshared";
        if (::syscall(437, -1, "", nullptr, 0) == 0 || errno != ENOSYS) return "called openat2";
        if (::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
            MAP_FAILED)
            return "made memory that can be run";
        return "confined";
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.said == "confined");
}

TEST_CASE("rights: once a target's memory may be read there is no core file, nor one for a collector") {
    const Outcome outcome = in_child([]() -> std::string {
        const rlimit unlimited{1 << 20, 1 << 20};
        ::setrlimit(RLIMIT_CORE, &unlimited);
        ::prctl(PR_SET_DUMPABLE, 1);
        forbid_core_dumps();
        rlimit now{};
        ::getrlimit(RLIMIT_CORE, &now);
        if (now.rlim_cur != 0) return "a core file may be written";
        return ::prctl(PR_GET_DUMPABLE) == 0 ? "none" : "a collector may be called";
    });
    CHECK(outcome.said == "none");
}

TEST_CASE("last resort: memory that runs out is an error and exit code 1, in whatever thread") {
    const auto ended = [](const std::function<int()>& work) {
        const Outcome outcome = in_child([&] {
            ::_exit(with_last_resort(work));
            return std::string();
        });
        REQUIRE(WIFEXITED(outcome.status));
        return std::to_string(WEXITSTATUS(outcome.status)) + " " + outcome.said;
    };
    const std::string out_of_memory =
        "1 nmtx: out of memory; raise the limit (ulimit -v, the container's), or read less: "
        "--malloc=never\n";
    CHECK(ended([] { return 3; }) == "3 ");
    CHECK(ended([]() -> int { throw std::bad_alloc(); }) == out_of_memory);
    CHECK(ended([]() -> int { throw std::runtime_error("no thread"); }) == "1 nmtx: no thread\n");
    CHECK(ended([] {
              const TemporaryDirectory directory;
              write_text(directory / "a", std::string(8192, 'x'));
              const int file = ::open((directory / "a").c_str(), O_RDWR);
              void* const map = ::mmap(nullptr, 8192, PROT_READ, MAP_SHARED, file, 0);
              std::filesystem::remove_all(directory.path());
              if (::ftruncate(file, 0) != 0) return 5;
              return static_cast<int>(*static_cast<const volatile char*>(map));
          }) == "1 nmtx: a file was cut short while it was read; try again, or read a copy of it\n");
    CHECK(ended([] {
              std::thread other([] { throw std::bad_alloc(); });
              other.join();
              return 0;
          }) == out_of_memory);
}
