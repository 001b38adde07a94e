// A process of nobody that looks like a HotSpot, in a root directory of its own making, and what root wants
// to keep from it.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "platform/child.h"

namespace nmtx::test {

inline constexpr uid_t nobody = 65534;
inline const std::string secret_text = "the secret that only root may read";

// directory/root        what the target sees as /, nobody's own
// directory/secret      root's file, mode 0600
// directory/protected   root's directory; in it "kept", "memory.stat" and "42", all root's
struct Jail {
    TemporaryDirectory directory;

    Jail() {
        namespace fs = std::filesystem;
        for (const char* name :
             {"root/tmp", "root/cwd", "root/lib", "root/sys/fs/cgroup/memory", "protected"})
            fs::create_directories(directory.path() / name);
        for (const char* name :
             {"secret", "protected/kept", "protected/memory.stat", "protected/memory.max"}) {
            write_text(directory / name, secret_text + "\n");
            ::chmod((directory / name).c_str(), 0600);
        }
        ::chmod(directory.path().c_str(), 0755);
        write_text(cgroup("cgroup.procs"), "");
    }
    [[nodiscard]] std::string secret() const { return directory / "secret"; }
    [[nodiscard]] std::string protected_place() const { return directory / "protected"; }
    [[nodiscard]] std::string tmp(const std::string& name = {}) const {
        return directory / ("root/tmp/" + name);
    }
    [[nodiscard]] std::string cgroup(const std::string& name) const {
        return directory / ("root/sys/fs/cgroup/memory/" + name);
    }
    [[nodiscard]] std::string library() const { return directory / "root/lib/libjvm.so"; }

    // Each process may be its member, so that the directory passes for the target's cgroup.
    void claim_all_processes() const {
        std::string all;
        for (int pid = 1; pid <= 70'000; ++pid) all += std::to_string(pid) + "\n";
        write_text(cgroup("cgroup.procs"), all);
    }
    void give_to_nobody() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path() / "root"))
            if (::lchown(entry.path().c_str(), nobody, nobody) != 0) std::abort();
        if (::lchown((directory / "root").c_str(), nobody, nobody) != 0) std::abort();
    }
    // What root had is as it was, and there is nothing new beside it.
    [[nodiscard]] bool untouched() const {
        std::size_t entries = 0;
        for (const auto& entry : std::filesystem::directory_iterator(protected_place())) {
            struct stat info{};
            if (::lstat(entry.path().c_str(), &info) != 0 || info.st_uid != 0) return false;
            ++entries;
        }
        struct stat info{};
        const bool kept =
            ::lstat(secret().c_str(), &info) == 0 && info.st_uid == 0 && (info.st_mode & 07777) == 0600;
        return kept && entries == 3 && read_text(secret()) == secret_text + "\n" &&
               read_text(directory / "protected/kept") == secret_text + "\n";
    }
};

// One way to deceive. `prepare` sets the jail up; the target's process does the rest: `mounts` as root in a
// mount namespace of its own, which is more than nobody could do, and `acts` as nobody in the jail, over and
// over.
struct Trick {
    const char* name;
    std::function<void(const Jail&)> prepare = [](const Jail&) {};
    std::function<void(const Jail&, pid_t)> mounts = [](const Jail&, pid_t) {};
    std::function<void(pid_t)> acts = [](pid_t) {};
    const char* cwd = "root/cwd";
};

inline void bind(const std::string& from, const std::string& to) {
    if (::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0) ::_exit(3);
}

// Never returns.
inline void be_the_target(const Jail& jail, const Trick& trick, const std::function<void()>& ready) {
    const int library = ::open(jail.library().c_str(), O_CREAT | O_RDWR, 0644);
    if (library < 0 || ::ftruncate(library, 8192) != 0 ||
        ::mmap(nullptr, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0) == MAP_FAILED)
        ::_exit(4);
    ::signal(SIGQUIT, [](int) {});
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        ::_exit(5);
    trick.mounts(jail, ::getpid());
    if (::chdir((jail.directory / trick.cwd).c_str()) != 0 ||
        ::chroot((jail.directory / "root").c_str()) != 0)
        ::_exit(6);
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(7);
    trick.acts(::getpid());
    ready();
    while (true) {
        trick.acts(::getpid());
        ::usleep(200);
    }
}

}  // namespace nmtx::test
