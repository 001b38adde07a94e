#include "platform/memory/frozen_threads.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <atomic>
#include <functional>
#include <memory>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

constexpr std::size_t counters = 4;
constexpr std::chrono::milliseconds soon{5000};

// Memory that the test and its children see.
struct Shared {
    std::array<std::atomic<std::uint64_t>, counters> counts;
    std::atomic<std::uint64_t> signals;
    std::atomic<std::uint64_t> step;
};

class SharedMemory {
  public:
    SharedMemory()
        : shared_(static_cast<Shared*>(
              ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { ::munmap(shared_, sizeof(Shared)); }
    Shared* operator->() const { return shared_; }
    [[nodiscard]] Shared* get() const { return shared_; }

  private:
    Shared* shared_;
};

Shared* signals_counted_in = nullptr;

// A thread for each counter; the main thread is one of them.
void count_on(Shared* shared, const std::function<void()>& ready) {
    may_be_traced();
    for (std::size_t i = 1; i < counters; ++i) {
        std::thread([shared, i] {
            while (true) shared->counts[i].fetch_add(1);
        }).detach();
    }
    while (shared->counts[counters - 1] == 0) shared->counts[0].fetch_add(1);
    ready();
    while (true) shared->counts[0].fetch_add(1);
}

std::vector<std::uint64_t> counts(const SharedMemory& shared) {
    return {shared->counts.begin(), shared->counts.end()};
}

bool all_move(const SharedMemory& shared) {
    const auto before = counts(shared);
    return eventually([&] {
        const auto now = counts(shared);
        for (std::size_t i = 0; i < counters; ++i) {
            if (now[i] == before[i]) return false;
        }
        return true;
    });
}

// The states of its threads, sorted: "SStt".
std::string states(std::uint64_t pid) {
    std::string found;
    const auto process = ProcessFiles::open(pid);
    if (!process) return found;
    for (const std::string& id : process->list("task").value_or(std::vector<std::string>{})) {
        if (const auto text = process->read("task/" + id + "/stat")) found += parse_task_stat(*text)->state;
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string tracer_of(std::uint64_t pid) {
    const std::string status = read_text("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = status.find("TracerPid:\t") + 11;
    return status.substr(at, status.find('\n', at) - at);
}

// Freezes the target in a process of its own and ends there as `end` makes it.
void freeze_in_helper(std::uint64_t pid, const std::function<void()>& end) {
    const pid_t helper = ::fork();
    if (helper == 0) {
        const auto process = ProcessFiles::open(pid);
        const auto frozen = FrozenThreads::freeze(*process, soon);
        if (!frozen) ::_exit(3);
        end();
        ::_exit(4);
    }
    int status = 0;
    REQUIRE(::waitpid(helper, &status, 0) == helper);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("frozen threads: no thread moves while they are held, and each does afterwards") {
    const SharedMemory shared;
    const Child child([&](auto ready) { count_on(shared.get(), ready); });
    const auto process = ProcessFiles::open(child.pid());
    {
        auto frozen = FrozenThreads::freeze(*process, soon);
        REQUIRE(frozen);
        CHECK(frozen->threads() == counters);
        CHECK(states(child.pid()) == std::string(counters, 't'));
        const auto before = counts(shared);
        for (int i = 0; i < 200; ++i) (void)process->read("maps");
        CHECK(counts(shared) == before);
        CHECK(frozen->stood_still().count() == 0);
        frozen->release();
        CHECK(frozen->stood_still().count() > 0);
    }
    CHECK(tracer_of(child.pid()) == "0");
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: whatever ends the one who holds them, the target runs on") {
    const SharedMemory shared;
    const Child child([&](auto ready) { count_on(shared.get(), ready); });
    for (const int signal : {SIGKILL, SIGINT, SIGTERM, SIGPIPE, SIGSEGV}) {
        CAPTURE(signal);
        freeze_in_helper(child.pid(), [&] {
            ::signal(signal, SIG_DFL);
            ::raise(signal);
        });
        CHECK(all_move(shared));
        CHECK(child.alive());
    }
}

TEST_CASE("frozen threads: a target that is killed while it stands still is gone, and nobody waits for it") {
    const SharedMemory shared;
    const Child child([&](auto ready) { count_on(shared.get(), ready); });
    auto frozen = FrozenThreads::freeze(*ProcessFiles::open(child.pid()), soon);
    REQUIRE(frozen);
    ::kill(child.id(), SIGKILL);
    frozen->release();
    siginfo_t end{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &end, WEXITED | WNOWAIT) == 0);
    CHECK(end.si_code == CLD_KILLED);
}

TEST_CASE("frozen threads: a target that has ended before is no target") {
    const Child child([&](auto ready) { ready(); });
    const auto process = ProcessFiles::open(child.pid());
    ::kill(child.id(), SIGKILL);
    siginfo_t end{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &end, WEXITED | WNOWAIT) == 0);
    const auto frozen = FrozenThreads::freeze(*process, soon);
    REQUIRE_FALSE(frozen);
    CHECK(frozen.error().what.find("ended before") != std::string::npos);
}

TEST_CASE("frozen threads: signals that reach the target meanwhile are delivered, each once") {
    const SharedMemory shared;
    signals_counted_in = shared.get();
    const Child child([&](auto ready) {
        ::signal(SIGRTMIN, [](int) { signals_counted_in->signals.fetch_add(1); });
        count_on(shared.get(), ready);
    });
    // Each freeze ends while the next signals come: they meet threads that are seized, interrupted, stopped
    // or let go.
    std::uint64_t sent = 0;
    const auto send_while = [&](const std::function<void()>& freeze) {
        const pid_t sender = ::fork();
        if (sender == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (int i = 0; i < 20000;) {
                if (::sigqueue(child.id(), SIGRTMIN, {}) == 0) ++i;
            }
            ::_exit(0);
        }
        sent += 20000;
        int status = 0;
        while (::waitpid(sender, &status, WNOHANG) == 0) freeze();
        CHECK(status == 0);
        CHECK(eventually([&] { return shared->signals >= sent; }));
    };
    SECTION("where they are let go") {
        const auto process = ProcessFiles::open(child.pid());
        send_while([&] { CHECK(FrozenThreads::freeze(*process, soon)); });
    }
    SECTION("where the holder is killed") {
        send_while([&] { freeze_in_helper(child.pid(), [] { ::raise(SIGKILL); }); });
    }
    CHECK(shared->signals == sent);
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: what job control has stopped stays stopped until it is continued") {
    const SharedMemory shared;
    const Child child([&](auto ready) { count_on(shared.get(), ready); });
    const std::string stopped(counters, 'T');
    ::kill(child.id(), SIGSTOP);
    REQUIRE(eventually([&] { return states(child.pid()) == stopped; }));
    {
        const auto frozen = FrozenThreads::freeze(*ProcessFiles::open(child.pid()), soon);
        REQUIRE(frozen);
        CHECK(states(child.pid()) == std::string(counters, 't'));
    }
    CHECK(eventually([&] { return states(child.pid()) == stopped; }));
    const auto before = counts(shared);
    for (int i = 0; i < 100; ++i) (void)states(child.pid());
    CHECK(counts(shared) == before);
    ::kill(child.id(), SIGCONT);
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: threads that are made or end meanwhile are held or gone") {
    const SharedMemory shared;
    const Child child([&](auto ready) {
        for (std::size_t i = 0; i < counters; ++i) {
            std::thread([&shared, i] {
                while (true) std::thread([&] { shared->counts[i].fetch_add(1); }).join();
            }).detach();
        }
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    for (int i = 0; i < 100; ++i) {
        const auto frozen = FrozenThreads::freeze(*process, soon);
        REQUIRE(frozen);
        const auto before = counts(shared);
        const std::string seen = states(child.pid());
        CAPTURE(seen);
        CHECK(seen.find_first_not_of("tZX") == std::string::npos);
        CHECK(frozen->threads() >= counters + 1);
        CHECK(counts(shared) == before);
    }
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: a main thread that has ended already is no obstacle") {
    const SharedMemory shared;
    const Child child([&](auto ready) {
        std::thread([&shared, ready] { count_on(shared.get(), ready); }).detach();
        ::syscall(SYS_exit, 0);  // of this thread alone; its stack stays
    });
    REQUIRE(eventually([&] { return states(child.pid()).find('Z') != std::string::npos; }));
    {
        const auto frozen = FrozenThreads::freeze(*ProcessFiles::open(child.pid()), soon);
        REQUIRE(frozen);
        CHECK(frozen->threads() == counters);
        const auto before = counts(shared);
        for (int i = 0; i < 100; ++i) (void)states(child.pid());
        CHECK(counts(shared) == before);
    }
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: a thread that does not stop in time is named, and the others run on") {
    const SharedMemory shared;
    const Child child([&](auto ready) {
        for (std::size_t i = 0; i < counters; ++i) {
            std::thread([&shared, i] {
                while (true) shared->counts[i].fetch_add(1);
            }).detach();
        }
        ready();
        // Until the child of a vfork ends or execs its parent sleeps uninterruptibly.
        if (::vfork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            while (true) ::pause();
        }
    });
    REQUIRE(eventually([&] { return states(child.pid()).find('D') != std::string::npos; }));
    const auto frozen =
        FrozenThreads::freeze(*ProcessFiles::open(child.pid()), std::chrono::milliseconds(1000));
    REQUIRE_FALSE(frozen);
    CAPTURE(to_string(frozen.error()));
    CHECK(frozen.error().what.find("thread " + std::to_string(child.pid())) != std::string::npos);
    CHECK(frozen.error().what.find("uninterruptibly") != std::string::npos);
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: who is traced already is left to the other one") {
    const SharedMemory shared;
    const Child child([&](auto ready) { count_on(shared.get(), ready); });
    const Child other([&](auto ready) {
        if (::ptrace(PTRACE_SEIZE, child.id(), nullptr, nullptr) == 0) ready();
    });
    REQUIRE(other.ready());
    const auto frozen = FrozenThreads::freeze(*ProcessFiles::open(child.pid()), soon);
    REQUIRE_FALSE(frozen);
    CHECK(frozen.error().what.find("pid " + std::to_string(other.pid()) + " traces it already") !=
          std::string::npos);
    CHECK(all_move(shared));
}

TEST_CASE("frozen threads: a refusal says what stands in the way and what to do") {
    TraceObstacles obstacles;
    obstacles.yama_scope = 1;
    CHECK(
        to_string(trace_refusal(7, EPERM, obstacles, "--freeze")) ==
        "pid 7: its threads may not be stopped: operation not permitted: kernel.yama.ptrace_scope is 1; run "
        "as root, or run it without --freeze");
    obstacles.yama_scope = 3;
    obstacles.root = true;
    CHECK(trace_refusal(7, EPERM, obstacles, "--freeze").what.find("no process may be traced") !=
          std::string::npos);
    obstacles.yama_scope = 0;
    CHECK(trace_refusal(7, EPERM, obstacles, "--freeze").hint.find("CAP_SYS_PTRACE") != std::string::npos);
    obstacles.sys_ptrace = true;
    CHECK(to_string(trace_refusal(7, EPERM, obstacles, "--freeze")) ==
          "pid 7: its threads may not be stopped: operation not permitted: a security module or a sandbox "
          "forbids it, although CAP_SYS_PTRACE is there; run it without --freeze: nothing is stopped then");
    obstacles.root = obstacles.sys_ptrace = false;
    obstacles.same_user = false;
    CHECK(trace_refusal(7, EPERM, obstacles, "--freeze").hint.find("run as its user or root") !=
          std::string::npos);
}
