#include "platform/jvm/attach.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <stop_token>
#include <thread>

#include "catch.h"
#include "platform/child.h"
#include "platform/jvm_root.h"

using namespace nmtx;
using namespace nmtx::test;
using std::chrono::milliseconds;

namespace {

int listen_at(const std::string& path) {
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
    ::listen(listener, 5);
    return listener;
}

// Reads one request of version 1: five strings.
std::string read_request(int connection) {
    std::string request;
    int ends = 0;
    char byte = 0;
    while (ends < 5 && ::read(connection, &byte, 1) == 1) {
        request += byte == '\0' ? '|' : byte;
        ends += byte == '\0' ? 1 : 0;
    }
    return request;
}

// Answers each request with `reply`, where "REQUEST" stands for what was asked.
void serve(int listener, std::string_view reply) {
    while (true) {
        const int connection = ::accept(listener, nullptr, nullptr);
        const std::string request = read_request(connection);
        std::string text(reply);
        if (const auto at = text.find("REQUEST"); at != std::string::npos) text.replace(at, 7, request);
        if (::write(connection, text.data(), text.size()) < 0) ::_exit(4);
        ::close(connection);
    }
}

Expected<AttachReply> ask_server(std::string_view reply, std::string_view command = "VM.version") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        serve(listener, reply);
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    return client.ask(command, milliseconds(10000));
}

volatile sig_atomic_t quit_came = 0;
void note_quit(int) {
    quit_came = 1;
}

void catch_quit() {
    struct sigaction action{};
    action.sa_handler = note_quit;
    ::sigaction(SIGQUIT, &action, nullptr);
}

}  // namespace

TEST_CASE("attach: the request is version 1 with three arguments, the reply a code and a text") {
    const auto reply = ask_server("0\nasked REQUEST\nsecond line\n", "VM.native_memory summary scale=b");
    REQUIRE(reply);
    CHECK(reply->rc == 0);
    CHECK(reply->text == "asked 1|jcmd|VM.native_memory summary scale=b|||\nsecond line\n");
    CHECK(reply->took_ms > 0);
}

TEST_CASE("attach: a code other than 0 comes with the JVM's reason") {
    const auto reply = ask_server("-1\njava.lang.IllegalArgumentException: Unknown diagnostic command\n");
    REQUIRE(reply);
    CHECK(reply->rc == -1);
    CHECK(reply->text == "java.lang.IllegalArgumentException: Unknown diagnostic command\n");
}

TEST_CASE("attach: replies that are none are errors") {
    CHECK(ask_server("").error().what == "the JVM closed the connection without an answer");
    for (const char* cut : {"0", "-", "\n", "no number\n", "99999999999999999999\n"}) {
        CAPTURE(cut);
        const auto reply = ask_server(cut);
        REQUIRE_FALSE(reply);
        CHECK(reply.error().what == "the JVM's reply does not begin with a line that holds a return code");
        CHECK_FALSE(reply.error().hint.empty());
    }
    CHECK(ask_server("101\n").error().what == "the JVM refuses version 1 of the attach protocol");
    CHECK(ask_server("0\n")->text.empty());
}

TEST_CASE("attach: a command that the protocol cannot carry is not sent") {
    CHECK_FALSE(ask_server("0\n", std::string(1025, 'x')));
    CHECK_FALSE(ask_server("0\n", std::string_view("a\0b", 3)));
}

TEST_CASE("attach: one client asks again and again") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        serve(listener, "0\nREQUEST");
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    for (const char* command : {"VM.version", "GC.heap_info", "VM.flags"}) {
        CHECK(client.ask(command, milliseconds(10000))->text == std::string("1|jcmd|") + command + "|||");
    }
}

TEST_CASE("attach: a silent JVM is given up on after the timeout") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        listen_at(root.socket());
        ready();
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    const auto reply = client.ask("VM.version", milliseconds(100));
    REQUIRE_FALSE(reply);
    CHECK(to_string(reply.error()) ==
          "pid " + std::to_string(server.pid()) +
              ": the JVM did not answer within 0.1 s; try --attach-timeout 60s or --attach=never");
}

TEST_CASE("attach: a silent JVM is given up on as soon as nobody waits for it any more") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        listen_at(root.socket());
        ready();
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    std::stop_source nobody;
    client.give_up_at(nobody.get_token());
    std::thread leaves([&] { nobody.request_stop(); });
    const auto reply = client.ask("VM.version", std::chrono::hours(1));
    leaves.join();
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().what == "interrupted");
}

TEST_CASE("attach: the timeout bounds all questions of a run, not each of them") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        while (true) {
            const int connection = ::accept(listener, nullptr, nullptr);
            read_request(connection);
            std::this_thread::sleep_for(milliseconds(200));
            if (::write(connection, "0\nslow", 6) < 0) ::_exit(4);
            ::close(connection);
        }
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    int answers = 0;
    Expected<AttachReply> reply;
    while (reply && answers < 10) {
        reply = client.ask("VM.version", milliseconds(900));
        if (reply) ++answers;
    }
    CHECK(answers >= 1);
    CHECK(answers <= 4);  // of 200 ms each
    REQUIRE_FALSE(reply);
    CHECK(reply.error().what == "the JVM did not answer all questions within 0.9 s");
}

TEST_CASE("attach: the bytes of all answers of a run are bounded together") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        serve(listener, "0\n" + std::string(40000, 'x'));
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    client.take_at_most(100000);
    CHECK(client.ask("VM.version", milliseconds(10000)));
    CHECK(client.ask("VM.version", milliseconds(10000)));
    const auto third = client.ask("VM.version", milliseconds(10000));
    REQUIRE_FALSE(third);
    CHECK(third.error().what.find("more than ") != std::string::npos);
}

TEST_CASE("attach: an endless reply ends") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        const int connection = ::accept(listener, nullptr, nullptr);
        const std::string block(65536, '0');
        while (::send(connection, block.data(), block.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    CHECK_FALSE(client.ask("VM.version", milliseconds(300)));
}

TEST_CASE("attach: a socket that another process listens at is not spoken to") {
    const JvmRoot root;
    const Child target([](auto ready) { ready(); });
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        serve(listener, "0\nlies");
    });
    const auto process = ProcessFiles::open(target.pid());
    AttachClient client(*process, root.target());
    const auto reply = client.ask("VM.version", milliseconds(10000));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().where == root.socket());
    CHECK(reply.error().what == "belongs to process " + std::to_string(server.pid()) + " (uid " +
                                    std::to_string(::geteuid()) + "), not to pid " +
                                    std::to_string(target.pid()));
}

TEST_CASE("attach: what is not a socket, or another user's, is in the way and said so") {
    const JvmRoot root;
    const Child target([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(target.pid());
    SECTION("a file") {
        write_text(root.socket(), "");
        AttachClient client(*process, root.target());
        CHECK(client.ask("VM.version", milliseconds(10000)).error().what == "is not a socket");
    }
    SECTION("a symbolic link") {
        std::filesystem::create_symlink("/dev/null", root.socket());
        AttachClient client(*process, root.target());
        CHECK(client.ask("VM.version", milliseconds(10000)).error().what == "is not a socket");
    }
    SECTION("of another user") {
        ::close(listen_at(root.socket()));
        AttachTarget other = root.target();
        other.uid = 4711;
        if (::geteuid() == 0) {
            other = root.target();
            REQUIRE(::chown(root.socket().c_str(), 4711, 4711) == 0);
        }
        AttachClient client(*process, other);
        CHECK(client.ask("VM.version", milliseconds(10000)).error().what.find("is owned by uid ") == 0);
    }
}

TEST_CASE("attach: a /tmp that is a link leads inside the target's root, not into ours") {
    const JvmRoot root;
    std::filesystem::remove(root.directory.path() / "tmp");
    std::filesystem::create_directory(root.directory.path() / "private");
    std::filesystem::create_symlink("/private", root.directory.path() / "tmp");
    const Child server([&](auto ready) {
        const int listener = listen_at(root.directory / "private/.java_pid42");
        ready();
        serve(listener, "0\nyes");
    });
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    CHECK(client.ask("VM.version", milliseconds(10000))->text == "yes");
}

TEST_CASE("attach: HotSpot opens its socket when it is signalled and finds the trigger") {
    const JvmRoot root;
    bool stale_socket = false;
    SECTION("no socket yet") {}
    SECTION("a socket that a dead process left") {
        stale_socket = true;
    }
    SECTION("a trigger file that somebody left") {
        write_text(root.directory / "tmp/.attach_pid42", "");
    }
    if (stale_socket) ::close(listen_at(root.socket()));
    const Child hotspot([&](auto ready) {
        map_libjvm(root.directory);
        sigset_t quit;
        sigset_t before;
        sigemptyset(&quit);
        sigaddset(&quit, SIGQUIT);
        ::sigprocmask(SIG_BLOCK, &quit, &before);
        catch_quit();
        ready();
        while (quit_came == 0) ::sigsuspend(&before);
        struct stat info{};
        const bool triggered = ::stat((root.directory / "tmp/.attach_pid42").c_str(), &info) == 0 &&
                               info.st_uid == ::geteuid() && S_ISREG(info.st_mode);
        // HotSpot, too, makes the socket under another name and renames it over what is there.
        const int listener = listen_at(root.socket() + ".tmp");
        std::filesystem::rename(root.socket() + ".tmp", root.socket());
        serve(listener, triggered ? "0\ntriggered" : "0\nnot triggered");
    });
    const auto process = ProcessFiles::open(hotspot.pid());
    AttachClient client(*process, root.target());
    CHECK(client.ask("VM.version", milliseconds(10000))->text == "triggered");
    CHECK(client.ask("VM.version", milliseconds(10000))->text == "triggered");
    CHECK_FALSE(root.trigger_left());
}

TEST_CASE(
    "attach: HotSpot that does not open a socket is given up on; the trigger goes when its time is over") {
    const JvmRoot root;
    const Child hotspot([&](auto ready) {
        map_libjvm(root.directory);
        catch_quit();
        ready();
    });
    const auto process = ProcessFiles::open(hotspot.pid());
    AttachClient client(*process, root.target());
    client.keep_trigger_for(milliseconds(400));
    const auto reply = client.ask("VM.version", milliseconds(100));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().what ==
          "the JVM did not open its attach socket within 0.1 s: it is busy, or runs with "
          "-XX:+DisableAttachMechanism");
    CHECK(hotspot.alive());
    CHECK(root.trigger_left());
    CHECK(eventually([&] { return !root.trigger_left(); }));
}

TEST_CASE("attach: who does not catch SIGQUIT, or is no HotSpot, is never signalled") {
    const JvmRoot root;
    std::string expected;
    bool hotspot_like = false;
    bool catches = false;
    SECTION("libjvm.so but no handler") {
        hotspot_like = true;
        expected = "the JVM is still starting, or runs with -Xrs; it cannot be asked yet";
    }
    SECTION("a handler but no libjvm.so") {
        catches = true;
        expected = "has no libjvm.so mapped, so it is not a HotSpot JVM and was not asked";
    }
    const Child target([&](auto ready) {
        if (hotspot_like) map_libjvm(root.directory);
        if (catches) {
            struct sigaction action{};
            action.sa_handler = [](int) { ::_exit(9); };
            ::sigaction(SIGQUIT, &action, nullptr);
        }
        ready();
    });
    const auto process = ProcessFiles::open(target.pid());
    AttachClient client(*process, root.target());
    const auto reply = client.ask("VM.version", milliseconds(1000));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().what == expected);
    CHECK(target.alive());
    CHECK_FALSE(root.trigger_left());
}

TEST_CASE("attach: a stopped process is refused at once, with or without a socket") {
    const JvmRoot root;
    const Child server([&](auto ready) {
        const int listener = listen_at(root.socket());
        ready();
        serve(listener, "0\n");
    });
    REQUIRE(::kill(server.id(), SIGSTOP) == 0);
    REQUIRE(::waitpid(server.id(), nullptr, WUNTRACED) == server.id());
    const auto process = ProcessFiles::open(server.pid());
    AttachClient client(*process, root.target());
    const auto reply = client.ask("VM.version", std::chrono::minutes(10));
    REQUIRE_FALSE(reply);
    CHECK(reply.error().what == "is stopped by a signal and cannot answer");
    CHECK(reply.error().hint == "kill -CONT " + std::to_string(server.pid()) + ", or use --attach=never");
}

TEST_CASE("attach: root makes the trigger as the target's user would, and never where that user could not") {
    if (::geteuid() != 0) {
        WARN("needs root: nobody else acts for another user");
        return;
    }
    constexpr std::uint32_t nobody = 65534;
    const JvmRoot root;
    AttachTarget target = root.target();
    target.uid = nobody;
    target.gid = nobody;
    const std::string in_tmp = root.directory / "tmp/.attach_pid42";
    const std::string in_cwd = root.directory / "cwd/.attach_pid42";
    struct stat info{};
    REQUIRE(::chmod(root.directory.path().c_str(), 0755) == 0);
    const auto rights = [] {
        const std::string status = read_text("/proc/thread-self/status");
        const auto from = [&](const char* field) {
            const auto at = status.find(field);
            return status.substr(at, status.find('\n', at + 1) - at);
        };
        return from("\nUid:") + from("\nGid:") + from("\nGroups:") + from("\nCapEff:") + from("\nCapPrm:");
    };
    const std::string rights_before = rights();
    SECTION("in directories of root there is none") {
        const auto trigger = TriggerFile::create(target);
        REQUIRE_FALSE(trigger);
        CHECK(trigger.error().what == "can neither be created there nor in the JVM's working directory");
        CHECK_FALSE(root.trigger_left());
    }
    SECTION("in one of its own it is its own, and goes") {
        REQUIRE(::chown((root.directory / "cwd").c_str(), nobody, nobody) == 0);
        {
            const auto trigger = TriggerFile::create(target);
            REQUIRE(trigger);
            REQUIRE(::stat(in_cwd.c_str(), &info) == 0);
            CHECK(info.st_uid == nobody);
            CHECK(info.st_gid == nobody);
            CHECK((info.st_mode & 07777) == 0600);
            trigger->remove();
        }
        CHECK_FALSE(root.trigger_left());
    }
    SECTION("a link that waits under its name is not followed") {
        REQUIRE(::chown((root.directory / "tmp").c_str(), nobody, nobody) == 0);
        write_text(root.directory / "precious", "precious");
        std::filesystem::create_symlink(root.directory / "precious", in_tmp);
        REQUIRE(::lchown(in_tmp.c_str(), nobody, nobody) == 0);
        {
            const auto trigger = TriggerFile::create(target);
        }
        CHECK(read_text(root.directory / "precious") == "precious");
        REQUIRE(::stat((root.directory / "precious").c_str(), &info) == 0);
        CHECK(info.st_uid == 0);
    }
    SECTION("what has taken its place in a directory of root is not removed") {
        REQUIRE(::chown((root.directory / "tmp").c_str(), nobody, nobody) == 0);
        {
            const auto trigger = TriggerFile::create(target);
            REQUIRE(trigger);
            REQUIRE(::chown((root.directory / "tmp").c_str(), 0, 0) == 0);
            REQUIRE(::chown(in_tmp.c_str(), 0, 0) == 0);
            trigger->remove();
        }
        CHECK(std::filesystem::exists(in_tmp));
    }
    CHECK(rights() == rights_before);
}
