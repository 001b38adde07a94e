// Root's nmtx looks at processes of nobody that do what they can to make it read, create or wait for what is
// not theirs. Whatever the trick: no secret in what comes out, nothing of root's changed, and an end in time.
#include <grp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <vector>

#include "catch.h"
#include "evidence/archive.h"
#include "hostile/jail.h"
#include "paths.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

constexpr auto longest = std::chrono::seconds(120);  // an attach that is given up takes a tenth of a second

void forge_link(const std::string& to, const std::string& at) {
    fs::remove_all(at);
    fs::create_symlink(to, at);
}

std::string own_perf(const char* prefix, pid_t pid) {
    return std::string(prefix) + "tmp/hsperfdata_nobody/" + std::to_string(pid);
}

std::vector<Trick> cgroup_tricks() {
    const auto file = [](auto make) {
        return [make](const Jail& jail) {
            jail.claim_all_processes();
            for (const char* name : {"memory.stat", "memory.limit_in_bytes", "memory.usage_in_bytes"})
                make(jail, jail.cgroup(name));
        };
    };
    std::vector<Trick> tricks;
    tricks.push_back({"cgroup files are links",
                      file([](const Jail& jail, const std::string& at) { forge_link(jail.secret(), at); })});
    tricks.push_back({"cgroup files are links upwards", file([](const Jail&, const std::string& at) {
                          forge_link("../../../../../secret", at);
                      })});
    tricks.push_back({"cgroup files are magic links", file([](const Jail& jail, const std::string& at) {
                          forge_link("/proc/self/root" + jail.secret(), at);
                      })});
    tricks.push_back({"cgroup files are FIFOs", file([](const Jail&, const std::string& at) {
                          if (::mkfifo(at.c_str(), 0666) != 0) std::abort();
                      })});
    tricks.push_back({"cgroup files are endless devices", file([](const Jail&, const std::string& at) {
                          if (::mknod(at.c_str(), S_IFCHR | 0666, makedev(1, 5)) != 0) std::abort();
                      })});
    tricks.push_back({"cgroup.procs is a FIFO", [](const Jail& jail) {
                          fs::remove(jail.cgroup("cgroup.procs"));
                          if (::mkfifo(jail.cgroup("cgroup.procs").c_str(), 0666) != 0) std::abort();
                      }});
    tricks.push_back({"the cgroup's directory is a link", [](const Jail& jail) {
                          forge_link(jail.protected_place(), jail.directory / "root/sys/fs/cgroup/memory");
                      }});
    tricks.push_back({"a cgroup file is root's, by a mount",
                      file([](const Jail&, const std::string& at) { write_text(at, "1\n"); }),
                      [](const Jail& jail, pid_t) { bind(jail.secret(), jail.cgroup("memory.stat")); }});
    tricks.push_back({"the cgroup's directory is root's, by a mount", [](const Jail&) {},
                      [](const Jail& jail, pid_t) {
                          bind(jail.protected_place(), jail.directory / "root/sys/fs/cgroup/memory");
                      }});
    return tricks;
}

std::vector<Trick> counter_tricks() {
    const auto folder = [](const Jail& jail) { fs::create_directories(jail.tmp("hsperfdata_nobody")); };
    std::vector<Trick> tricks;
    tricks.push_back({"hsperfdata is a link", folder, [](const Jail& jail, pid_t pid) {
                          fs::create_symlink(jail.secret(),
                                             own_perf((jail.directory / "root/").c_str(), pid));
                      }});
    tricks.push_back({"hsperfdata is a hard link", folder, [](const Jail& jail, pid_t pid) {
                          fs::create_hard_link(jail.secret(),
                                               own_perf((jail.directory / "root/").c_str(), pid));
                      }});
    tricks.push_back(
        {"hsperfdata is a FIFO", folder, {}, [](pid_t pid) { ::mkfifo(own_perf("/", pid).c_str(), 0666); }});
    tricks.push_back({"hsperfdata is an endless device", folder, [](const Jail& jail, pid_t pid) {
                          ::mknod(own_perf((jail.directory / "root/").c_str(), pid).c_str(), S_IFCHR | 0666,
                                  makedev(1, 5));
                      }});
    tricks.push_back({"hsperfdata is root's, by a mount", folder, [](const Jail& jail, pid_t pid) {
                          const std::string at = own_perf((jail.directory / "root/").c_str(), pid);
                          write_text(at, "x");
                          bind(jail.secret(), at);
                      }});
    tricks.push_back({"its folder is a link", [](const Jail& jail) {
                          forge_link(jail.protected_place(), jail.tmp("hsperfdata_nobody"));
                      }});
    return tricks;
}

void listen_as_root(const std::string& at) {
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, at.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 5) != 0)
        ::_exit(8);
}

std::vector<Trick> attach_tricks() {
    std::vector<Trick> tricks;
    tricks.push_back({"/tmp is root's directory, by a mount", [](const Jail&) {},
                      [](const Jail& jail, pid_t) { bind(jail.protected_place(), jail.tmp()); }});
    tricks.push_back({"/tmp is a link upwards",
                      [](const Jail& jail) { forge_link("../../protected", jail.directory / "root/tmp"); }});
    tricks.push_back({"the working directory is root's and there is no /tmp",
                      [](const Jail& jail) { fs::remove_all(jail.directory / "root/tmp"); },
                      {},
                      {},
                      "protected"});
    tricks.push_back(
        {"the trigger is a link",
         [](const Jail&) {},
         {},
         [](pid_t pid) {
             if (::symlink("/protected/made", ("/tmp/.attach_pid" + std::to_string(pid)).c_str()) != 0)
                 return;
         }});
    tricks.push_back({"the socket is a link", [](const Jail&) {},
                      [](const Jail& jail, pid_t pid) {
                          fs::create_symlink(jail.secret(), jail.tmp(".java_pid" + std::to_string(pid)));
                      }});
    tricks.push_back({"the socket is a FIFO",
                      [](const Jail&) {},
                      {},
                      [](pid_t pid) { ::mkfifo(("/tmp/.java_pid" + std::to_string(pid)).c_str(), 0666); }});
    tricks.push_back(
        {"the socket is root's", [](const Jail&) {},
         [](const Jail& jail, pid_t pid) { listen_as_root(jail.tmp(".java_pid" + std::to_string(pid))); }});
    tricks.push_back({"the library became a FIFO",
                      [](const Jail&) {},
                      {},
                      [](pid_t) {
                          ::unlink("/lib/libjvm.so");
                          ::mkfifo("/lib/libjvm.so", 0666);
                      }});
    tricks.push_back({"names in /tmp change all the time",
                      [](const Jail& jail) {
                          fs::create_directories(jail.tmp("hsperfdata_nobody"));
                          forge_link(jail.protected_place(), jail.tmp("other"));
                      },
                      {},
                      [](pid_t) {
                          constexpr unsigned exchange = 2;  // RENAME_EXCHANGE
                          ::renameat2(AT_FDCWD, "/tmp/hsperfdata_nobody", AT_FDCWD, "/tmp/other", exchange);
                      }});
    return tricks;
}

// nmtx in a cgroup and a cgroup namespace of its own sees the target's cgroup as "/../…": it has to look for
// it below the target's root.
class Cgroups {
  public:
    Cgroups() {
        const std::string root =
            fs::exists("/sys/fs/cgroup/memory") ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
        const std::string unique = std::to_string(::getpid());
        target_ = root + "/nmtx-test-target-" + unique;
        observer_ = root + "/nmtx-test-observer-" + unique;
        there_ = ::mkdir(target_.c_str(), 0755) == 0 && ::mkdir(observer_.c_str(), 0755) == 0;
    }
    ~Cgroups() {
        eventually([&] { return ::rmdir(target_.c_str()) == 0 || errno != EBUSY; });
        eventually([&] { return ::rmdir(observer_.c_str()) == 0 || errno != EBUSY; });
    }
    Cgroups(const Cgroups&) = delete;
    Cgroups& operator=(const Cgroups&) = delete;
    [[nodiscard]] bool there() const { return there_; }
    void take(pid_t target) const { write_text(target_ + "/cgroup.procs", std::to_string(target)); }
    void observe() const {
        write_text(observer_ + "/cgroup.procs", std::to_string(::getpid()));
        if (::unshare(CLONE_NEWCGROUP) != 0) ::_exit(10);
    }

  private:
    std::string target_, observer_;
    bool there_ = false;
};

// The exit code; -1 where it had to be killed.
int run_nmtx(const Cgroups& cgroups, const std::vector<std::string>& arguments, const std::string& output) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (cgroups.there()) cgroups.observe();
        const int out = ::open(output.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        std::vector<char*> argv;
        const std::string program = binary_dir() + "/nmtx";
        argv.push_back(const_cast<char*>(program.c_str()));
        for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::execv(program.c_str(), argv.data());
        ::_exit(11);
    }
    int status = 0;
    const bool ended = eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; }, longest);
    if (!ended) {
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool holds_secret(const std::string& capture_file) {
    const std::string bytes = read_text(capture_file);
    const auto capture = read_archive(bytes, capture_file);
    if (!capture) return false;
    for (const auto& [name, text] : capture->documents()) {
        if (text->find(secret_text) != std::string::npos) return true;
    }
    return false;
}

void try_it(Trick trick, const Cgroups& cgroups) {
    INFO(trick.name);
    if (!trick.prepare) trick.prepare = [](const Jail&) {};
    if (!trick.mounts) trick.mounts = [](const Jail&, pid_t) {};
    if (!trick.acts) trick.acts = [](pid_t) {};
    const Jail jail;
    trick.prepare(jail);
    jail.give_to_nobody();
    const Child target([&](auto ready) { be_the_target(jail, trick, ready); });
    REQUIRE(target.ready());
    if (cgroups.there()) cgroups.take(target.id());
    const std::string capture = jail.directory / "out.nmtx";
    const std::string said = jail.directory / "said";
    const int code = run_nmtx(
        cgroups, {"capture", std::to_string(target.pid()), "-o", capture, "--attach-timeout", "100ms"}, said);
    CAPTURE(read_text(said));
    CHECK(code == 0);
    CHECK(fs::exists(capture));
    CHECK_FALSE(holds_secret(capture));
    CHECK(read_text(said).find(secret_text) == std::string::npos);
    CHECK(jail.untouched());
    CHECK(target.alive());
}

}  // namespace

TEST_CASE("hostile target: no trick makes root's nmtx read, make or wait for what is not the target's") {
    if (::geteuid() != 0) {
        WARN("needs root: it plays root's nmtx and a process of nobody. Nothing was tested");
        return;
    }
    const Cgroups cgroups;
    if (!cgroups.there()) WARN("no cgroup can be made here: the tricks with cgroup files are not decisive");
    std::size_t tried = 0;
    for (const auto& tricks : {cgroup_tricks(), counter_tricks(), attach_tricks()}) {
        for (const Trick& trick : tricks) {
            try_it(trick, cgroups);
            ++tried;
        }
    }
    CHECK(tried >= 20);
}
