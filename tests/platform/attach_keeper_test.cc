// Attaching that is given up: a HotSpot that looks for its trigger late, as it does after a pause.
#include "platform/jvm/attach_keeper.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "catch.h"
#include "platform/child.h"
#include "platform/jvm/attach.h"
#include "platform/jvm_root.h"
#include "platform/killed_between_calls.h"
#include "platform/os/clock.h"

using namespace nmtx;
using namespace nmtx::test;
using std::chrono::milliseconds;

namespace {

volatile sig_atomic_t quits = 0;
void count_quit(int) {
    quits = quits + 1;
}

void answer_for_ever(const std::string& path, const std::string& reply) {
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string temporary = path + ".tmp";
    std::strncpy(address.sun_path, temporary.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
    ::listen(listener, 5);
    std::filesystem::rename(temporary, path);
    while (true) {
        const int connection = ::accept(listener, nullptr, nullptr);
        char request[256];
        // Whoever asked may have been killed by now.
        if (::read(connection, request, sizeof request) > 0)
            static_cast<void>(::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL));
        ::close(connection);
    }
}

// As HotSpot does: nothing is looked for until the pause is over, then each signal is taken by itself: the
// first one that finds the trigger starts the listener, each other one prints a thread dump.
class PausedHotspot {
  public:
    PausedHotspot(const JvmRoot& root, milliseconds pause)
        : child_([&root, pause](auto ready) {
              map_libjvm(root.directory);
              struct sigaction action{};
              action.sa_handler = count_quit;
              action.sa_flags = SA_RESTART;  // HotSpot takes signals in another thread than requests
              ::sigaction(SIGQUIT, &action, nullptr);
              ready();
              while (quits == 0) std::this_thread::sleep_for(milliseconds(1));
              const auto over = std::chrono::steady_clock::now() + pause;
              while (std::chrono::steady_clock::now() < over) std::this_thread::sleep_for(milliseconds(5));
              if (!root.exists(root.trigger()) || quits > 1) write_text(root.dump(), "Full thread dump");
              if (!root.exists(root.trigger())) return;
              answer_for_ever(root.socket(), "0\nyes");
          }) {}
    [[nodiscard]] std::uint64_t pid() const { return child_.pid(); }

  private:
    Child child_;
};

// What one run of nmtx does with so much patience.
Expected<AttachReply> one_run(const JvmRoot& root, std::uint64_t pid, milliseconds patience) {
    const auto process = ProcessFiles::open(pid);
    AttachClient client(*process, root.target());
    return client.ask("VM.version", patience);
}

}  // namespace

TEST_CASE(
    "attach keeper: a JVM that was given up on in a pause finds the trigger after it, and no dump comes") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(700));
    const auto given_up = one_run(root, hotspot.pid(), milliseconds(50));
    REQUIRE_FALSE(given_up);
    CHECK(given_up.error().what.find("did not open its attach socket within 0.05 s") != std::string::npos);
    CHECK(root.exists(root.trigger()));
    const auto answered = one_run(root, hotspot.pid(), milliseconds(20000));
    REQUIRE(answered);
    CHECK(answered->text == "yes");
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
    CHECK_FALSE(root.exists(root.dump()));
}

TEST_CASE("attach keeper: runs that follow one another in a pause signal once between them") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(700));
    for (int run = 0; run < 5; ++run) CHECK_FALSE(one_run(root, hotspot.pid(), milliseconds(30)));
    CHECK(one_run(root, hotspot.pid(), milliseconds(20000)));
    CHECK_FALSE(root.exists(root.dump()));
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
}

TEST_CASE("attach keeper: a run that is killed leaves a trigger that stays for as long as the JVM needs it") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(500));
    {
        const Child nmtx([&](auto ready) {
            ready();
            one_run(root, hotspot.pid(), milliseconds(60000));
        });
        const auto marked = [&] { return read_text(root.trigger()).find("nmtx sent SIGQUIT ") == 0; };
        REQUIRE(eventually(marked));
    }  // by SIGKILL
    CHECK(eventually([&] { return root.exists(root.socket()); }));
    CHECK_FALSE(root.exists(root.dump()));
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
}

TEST_CASE("attach keeper: a trigger that a dead keeper left serves the run that finds it") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(1));
    const auto process = ProcessFiles::open(hotspot.pid());
    const auto mark = [&](std::int64_t at, std::uint64_t start) {
        write_text(root.trigger(),
                   "nmtx sent SIGQUIT " + std::to_string(at) + " " + std::to_string(start) + "\n");
    };
    SECTION("from long ago: the JVM is signalled anew") {
        mark(std::max<std::int64_t>(boot_ms() - 61000, 0), process->start_ticks());
    }
    SECTION("of another process that had the pid") {
        mark(boot_ms(), process->start_ticks() + 1);
    }
    SECTION("of another boot") {
        mark(boot_ms() + 100000, process->start_ticks());
    }
    SECTION("of another tool") {
        write_text(root.trigger(), "");
    }
    const auto answered = one_run(root, hotspot.pid(), milliseconds(20000));
    REQUIRE(answered);
    CHECK(answered->text == "yes");
    CHECK_FALSE(root.exists(root.trigger()));
    CHECK_FALSE(root.exists(root.dump()));
}

TEST_CASE("attach keeper: it is guarded and removed by the run that finds it, where nobody else does") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(1));
    const auto process = ProcessFiles::open(hotspot.pid());
    write_text(root.trigger(), "nmtx sent SIGQUIT " + std::to_string(boot_ms()) + " " +
                                   std::to_string(process->start_ticks()) + "\n");
    AttachClient client(*process, root.target());
    client.keep_trigger_for(milliseconds(1500));
    // SIGQUIT may wait for the end of a pause, so none is sent until the time is over.
    CHECK_FALSE(client.ask("VM.version", milliseconds(100)));
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
    CHECK(one_run(root, hotspot.pid(), milliseconds(20000)));
}

TEST_CASE("attach keeper: a target that ends takes its trigger along") {
    const JvmRoot root;
    auto hotspot = std::make_unique<PausedHotspot>(root, milliseconds(60000));
    CHECK_FALSE(one_run(root, hotspot->pid(), milliseconds(30)));
    CHECK(root.exists(root.trigger()));
    hotspot.reset();
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
}

TEST_CASE("attach keeper: while the target is stopped its trigger's time stands still") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(1000));
    const auto process = ProcessFiles::open(hotspot.pid());
    AttachClient client(*process, root.target());
    client.keep_trigger_for(milliseconds(600));
    CHECK_FALSE(client.ask("VM.version", milliseconds(30)));
    // The signal is on its way when the mark is there.
    REQUIRE(eventually([&] { return !read_text(root.trigger()).empty(); }));
    std::this_thread::sleep_for(milliseconds(100));
    REQUIRE(::kill(static_cast<pid_t>(hotspot.pid()), SIGSTOP) == 0);
    std::this_thread::sleep_for(milliseconds(1800));
    CHECK(root.exists(root.trigger()));
    REQUIRE(::kill(static_cast<pid_t>(hotspot.pid()), SIGCONT) == 0);
    CHECK(eventually([&] { return root.exists(root.socket()); }));
    CHECK_FALSE(root.exists(root.dump()));
    CHECK(eventually([&] { return !root.exists(root.trigger()); }));
}

TEST_CASE("attach keeper: it holds none of nmtx's descriptors, so that nobody waits for it") {
    const JvmRoot root;
    const PausedHotspot hotspot(root, milliseconds(60000));
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    {
        const Child nmtx([&](auto ready) {
            ::close(ends[0]);
            ::dup2(ends[1], STDOUT_FILENO);
            one_run(root, hotspot.pid(), milliseconds(50));
            ::close(STDOUT_FILENO);
            ready();
        });
        CHECK(nmtx.ready());
    }
    ::close(ends[1]);
    char byte = 0;
    CHECK(::read(ends[0], &byte, 1) == 0);  // the end, at once
    ::close(ends[0]);
    CHECK(root.exists(root.trigger()));
}

TEST_CASE(
    "attach keeper: a run that is killed between any two system calls leaves a JVM that answers the next") {
    bool ended = false;
    int calls = 0;
    for (; !ended; calls += 2) {  // it is stopped where one begins and where it ends
        REQUIRE(calls < 5000);
        CAPTURE(calls);
        const JvmRoot root;
        const PausedHotspot hotspot(root, milliseconds(0));
        ended =
            ends_within(calls, [&] { static_cast<void>(one_run(root, hotspot.pid(), milliseconds(20000))); });
        const auto next = one_run(root, hotspot.pid(), milliseconds(20000));
        INFO((next ? "answered" : to_string(next.error())));
        CHECK(next);
        CHECK(eventually([&] { return !root.exists(root.trigger()); }));
        CHECK_FALSE(root.exists(root.dump()));
    }
    CHECK(calls > 50);
}

TEST_CASE("attach keeper: a listener that runs beside a socket file of somebody else is not signalled") {
    const JvmRoot root;
    const Child hotspot([&](auto ready) {
        map_libjvm(root.directory);
        struct sigaction action{};
        action.sa_handler = [](int) { ::_exit(9); };
        ::sigaction(SIGQUIT, &action, nullptr);
        ::prctl(PR_SET_NAME, "Attach Listener");
        ready();
    });
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, root.socket().c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(listener);
    const auto reply = one_run(root, hotspot.pid(), milliseconds(2000));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().what.find("is stale: ") != std::string::npos);
    CHECK(hotspot.alive());
    CHECK_FALSE(root.exists(root.trigger()));
}
