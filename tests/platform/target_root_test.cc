#include "platform/proc/target_root.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <thread>

#include "catch.h"
#include "platform/child.h"
#include "platform/jvm/hsperfdata_file.h"
#include "platform/no_openat2.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

// root/ is what the target sees as /; secret lies beside it.
struct Jail {
    TemporaryDirectory directory;
    Jail() {
        fs::create_directories(directory.path() / "root/tmp/below");
        fs::create_directories(directory.path() / "outside");
        write_text(directory / "secret", "secret");
        write_text(directory / "outside/name", "secret");
        write_text(directory / "root/tmp/plain", "plain");
        write_text(directory / "root/tmp/below/plain", "plain");
        fs::create_symlink(directory.path() / "secret", directory.path() / "root/tmp/absolute");
        fs::create_symlink("../../secret", directory.path() / "root/tmp/relative");
        fs::create_symlink("plain", directory.path() / "root/tmp/harmless");
        fs::create_directory_symlink(directory.path() / "outside", directory.path() / "root/tmp/elsewhere");
        fs::create_directory_symlink("../../outside", directory.path() / "root/upwards");
        fs::create_directory_symlink("/tmp", directory.path() / "root/inside");
        fs::create_directory(directory.path() / "root/tmp/folder");
        if (::mkfifo((directory / "root/tmp/fifo").c_str(), 0666) != 0) std::abort();
    }
    [[nodiscard]] std::string root() const { return directory / "root"; }
};

std::string read_storage(const Descriptor& directory, const std::string& name) {
    const Descriptor file = open_regular(find_in(directory, name));
    if (!file) return "refused";
    return read_to_end(file.get(), name, 1024, 0).value_or("unreadable");
}

// Runs the checks on this kernel and, in a child, on one without openat2.
template <typename Checks>
void on_both_kernels(Checks checks) {
    CHECK(checks() == "");
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const Child old([&](auto ready) {
        const std::string found = (forget_openat2() ? checks() : "no filter") + ".";
        if (::write(ends[1], found.data(), found.size()) < 0) ::_exit(1);
        ready();
    });
    CHECK(old.ready());
    ::close(ends[1]);
    std::array<char, 256> said{};
    const ssize_t got = ::read(ends[0], said.data(), said.size());
    ::close(ends[0]);
    INFO("without openat2");
    CHECK(std::string(said.data(), got < 0 ? 0 : static_cast<std::size_t>(got)) == ".");
}

}  // namespace

TEST_CASE(
    "target's root: a regular file is read, a link, FIFO, device, directory or magic link is not opened") {
    const Jail jail;
    on_both_kernels([&]() -> std::string {
        const auto tmp = open_below(jail.root(), "tmp");
        if (!tmp) return "no tmp";
        for (const char* name : {"plain", "below/plain"}) {
            if (read_storage(*tmp, name) != "plain") return std::string(name) + " was not read";
        }
        for (const char* name : {"absolute", "relative", "harmless", "elsewhere/name", "folder", "fifo",
                                 "missing", "../tmp/absolute", "", "below/../absolute"}) {
            if (read_storage(*tmp, name) != "refused") return std::string(name) + " was read";
        }
        const auto top = open_below("/", ".");
        if (!top) return "no /";
        for (const char* name :
             {"proc/self/root/etc/hostname", "proc/self/cwd", "proc/self/fd/0", "dev/null", "dev/zero",
              "proc/version", "proc/self/environ", "sys/kernel/mm/transparent_hugepage/enabled"}) {
            if (read_storage(*top, name) != "refused") return std::string(name) + " was read";
        }
        return "";
    });
}

TEST_CASE("target's root: no name and no link leads out of it") {
    const Jail jail;
    struct stat root{};
    REQUIRE(::stat(jail.root().c_str(), &root) == 0);
    for (const char* way : {"..", "../..", "tmp/../../..", "."}) {
        INFO(way);
        const auto found = open_below(jail.root(), way);
        REQUIRE(found);
        struct stat info{};
        REQUIRE(::fstat(found->get(), &info) == 0);
        CHECK(info.st_ino == root.st_ino);
    }
    CHECK_FALSE(open_below(jail.root(), "upwards"));
    CHECK_FALSE(open_below(jail.root(), "tmp/elsewhere"));
    CHECK(open_below(jail.root(), "inside"));
    CHECK_FALSE(open_below(jail.root(), "inside", Links::none));
    CHECK_FALSE(open_below("/", "proc/self/root"));
}

TEST_CASE("target's root: what should be the kernel's is refused where it is an ordinary file") {
    const Jail jail;
    on_both_kernels([&]() -> std::string {
        const auto tmp = open_below(jail.root(), "tmp");
        if (!tmp) return "no tmp";
        const auto forged = read_in(*tmp, "plain", "memory.stat", 1024, FileSystem::cgroup);
        if (forged) return "an ordinary file passed for a cgroup's";
        if (forged.error().what != "is not a file of the kernel's cgroup file system")
            return forged.error().what;
        if (!read_in(*tmp, "plain", "plain", 1024, FileSystem::storage)) return "plain was refused";
        if (read_in(*tmp, "plain", "plain", 4, FileSystem::storage)) return "the bound was passed";
        return "";
    });
}

TEST_CASE("target's root: going up ends where the mount does") {
    const auto proc = open_below("/", "proc");
    REQUIRE(proc);
    CHECK_FALSE(directory_above(*proc));
    const Jail jail;
    const auto below = open_below(jail.root(), "tmp/below");
    REQUIRE(below);
    CHECK(read_storage(directory_above(*below), "plain") == "plain");
}

TEST_CASE("target's root: a file under a lease of its owner is not waited for") {
    const Jail jail;
    const std::string path = jail.directory / "root/tmp/plain";
    const Child owner([&](auto ready) {
        const int fd = ::open(path.c_str(), O_RDONLY);
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGIO, &ignore, nullptr);
        constexpr int write_lease = F_WRLCK;
        if (::fcntl(fd, F_SETLEASE, write_lease) != 0) ::_exit(3);
        ready();
    });
    if (!owner.ready()) {
        WARN("this file system has no leases");
        return;
    }
    const auto tmp = open_below(jail.root(), "tmp");
    REQUIRE(tmp);
    const auto began = std::chrono::steady_clock::now();
    CHECK(read_storage(*tmp, "plain") == "refused");
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
}

// Names are exchanged as fast as a thread can, while each round looks for one of them.
TEST_CASE("target's root: 10,000 rounds of a race of renames show nothing but the target's own file") {
    const Jail jail;
    const std::string tmp_path = jail.directory / "root/tmp/";
    fs::create_directories(tmp_path + "hsperfdata_eve");
    write_text(tmp_path + "hsperfdata_eve/42", "plain");
    fs::create_directories(jail.directory.path() / "outside");
    write_text(jail.directory / "outside/42", "secret");
    fs::create_directory_symlink(jail.directory.path() / "outside", tmp_path + "link_folder");
    fs::create_symlink(jail.directory.path() / "secret", tmp_path + "link_file");
    std::atomic<bool> over{false};
    std::thread eve([&] {
        constexpr unsigned exchange = 2;  // RENAME_EXCHANGE
        const std::string file = tmp_path + "hsperfdata_eve/42";
        for (unsigned i = 0; !over; ++i) {
            const char* other = i % 3 == 0 ? "link_file" : i % 3 == 1 ? "fifo" : "folder";
            ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, (tmp_path + other).c_str(), exchange);
            ::renameat2(AT_FDCWD, (tmp_path + "hsperfdata_eve").c_str(), AT_FDCWD,
                        (tmp_path + "link_folder").c_str(), exchange);
            ::renameat2(AT_FDCWD, (tmp_path + "hsperfdata_eve").c_str(), AT_FDCWD,
                        (tmp_path + "link_folder").c_str(), exchange);
            ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, (tmp_path + other).c_str(), exchange);
            // With no rest at all the kernel would never come to an end of resolving a name.
            std::this_thread::sleep_for(std::chrono::microseconds(i % 7 * 10));
        }
    });
    const auto process = ProcessFiles::open(static_cast<std::uint64_t>(::getpid()));
    REQUIRE(process);
    const AttachTarget target{42, ::geteuid(), ::getegid(), jail.root(), ""};
    std::size_t own = 0;
    std::size_t none = 0;
    std::size_t foreign = 0;
    const auto count = [&](const std::optional<std::string>& text) {
        ++(!text ? none : *text == "plain" ? own : foreign);
    };
    for (int round = 0; round < 10'000; ++round) {
        const auto folder = open_below(jail.root(), "tmp/hsperfdata_eve");
        const std::string text = folder ? read_storage(*folder, "42") : "refused";
        count(text == "refused" ? std::nullopt : std::optional(text));
        if (round % 100 != 0) continue;
        const auto whole = read_hsperfdata(*process, target);
        count(whole ? std::optional(*whole) : std::nullopt);
    }
    over = true;
    eve.join();
    CAPTURE(own, none);
    CHECK(foreign == 0);
    CHECK(own > 0);
    CHECK(none > 0);
}
