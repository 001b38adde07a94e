#include "platform/jvm/attach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/amounts.h"
#include "base/cursor.h"
#include "platform/jvm/attach_keeper.h"
#include "platform/os/acting_as.h"
#include "platform/os/signals_held.h"
#include "platform/os/system_error.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The JVM drops a connection whose argument is longer.
constexpr std::size_t longest_argument = 1024;
int remaining_ms(steady_clock::time_point deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1 << 30));
}

std::string request_for(std::string_view command) {
    std::string request("1\0jcmd\0", 7);
    request += command;
    request.append(3, '\0');  // ends the first of three arguments, the others are empty
    return request;
}

Expected<AttachReply> parse_reply(const std::string& name, std::string reply) {
    Cursor cursor(reply);
    const auto rc = cursor.signed_decimal();
    if (reply.empty()) {
        return failure(name, "the JVM closed the connection without an answer",
                       "run as the JVM's user or root");
    }
    if (!rc || !cursor.take("\n")) {
        return failure(name, "the JVM's reply does not begin with a line that holds a return code",
                       "try again, or use --attach=never");
    }
    if (*rc == 101) {
        return failure(name, "the JVM refuses version 1 of the attach protocol", "use --attach=never");
    }
    AttachReply result;
    result.rc = static_cast<int>(std::clamp<std::int64_t>(*rc, -0x7fffffff, 0x7fffffff));
    reply.erase(0, reply.size() - cursor.rest().size());
    result.text = std::move(reply);
    return result;
}

// What has passed since `began` is added when it is destroyed.
class AddTime {
  public:
    AddTime(steady_clock::time_point began, steady_clock::duration& sum) : began_(began), sum_(&sum) {}
    AddTime(const AddTime&) = delete;
    AddTime& operator=(const AddTime&) = delete;
    ~AddTime() { *sum_ += steady_clock::now() - began_; }

  private:
    steady_clock::time_point began_;
    steady_clock::duration* sum_;
};

}  // namespace

Expected<AttachClient> AttachClient::open(const ProcessFiles& process) {
    auto target = attach_target(process);
    if (!target) return tl::make_unexpected(target.error());
    return AttachClient(process, std::move(*target));
}

std::string AttachClient::socket_path() const {
    return target_.root + "/tmp/" + socket_name_of(target_);
}

// "10 s", "1.5 s"
std::string AttachClient::timeout_text() const {
    return fmt::format("{:g} s", std::chrono::duration<double>(timeout_).count());
}

std::string AttachClient::what_to_try() const {
    const auto longer = std::max<milliseconds>(std::chrono::seconds(60), timeout_ * 2);
    return fmt::format("try --attach-timeout {}s or --attach=never",
                       std::chrono::ceil<std::chrono::seconds>(longer).count());
}

// False at the deadline, and when the request was cancelled.
bool AttachClient::wait_for(int fd, short events, Deadline deadline) const {
    constexpr int between_looks_ms = 50;
    while (!stop_.stop_requested()) {
        pollfd wanted{fd, events, 0};
        const int left = remaining_ms(deadline);
        const int ready = ::poll(&wanted, 1, stop_.stop_possible() ? std::min(left, between_looks_ms) : left);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
        if (left == 0) return false;
    }
    return false;
}

tl::unexpected<Error> AttachClient::no_answer() const {
    if (stop_.stop_requested()) return failure(name(), "interrupted");
    if (auto can = check_can_answer(*process_); !can) return tl::make_unexpected(can.error());
    return failure(
        name(),
        (answers_ == 0 ? "the JVM did not answer within " : "the JVM did not answer all questions within ") +
            timeout_text(),
        what_to_try());
}

Expected<Descriptor> AttachClient::open_socket_file() const {
    Descriptor file = find_in(tmp_, socket_name_of(target_));
    if (!file && errno == ENOENT) return file;
    struct stat info{};
    if (!file || ::fstat(file.get(), &info) != 0)
        return tl::make_unexpected(process_file_error(socket_path(), errno));
    if (!S_ISSOCK(info.st_mode)) {
        return failure(socket_path(), "is not a socket", "remove it, or use --attach=never");
    }
    if (info.st_uid != target_.uid && info.st_uid != 0) {
        return failure(socket_path(),
                       "is owned by uid " + std::to_string(info.st_uid) + ", not by the JVM's user",
                       "remove it, or use --attach=never");
    }
    return file;
}

// What answers must be the process that was asked about: /tmp may be shared by containers whose JVMs have
// the same pid inside, or contain a socket of another user.
Expected<void> AttachClient::check_peer(const Descriptor& socket) const {
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
        return tl::make_unexpected(file_error(socket_path(), errno));
    }
    if (peer.uid == target_.uid && static_cast<std::uint64_t>(peer.pid) == process_->pid()) return {};
    const std::string whose =
        peer.pid == 0 ? "a process that cannot be seen from here" : "process " + std::to_string(peer.pid);
    return failure(socket_path(),
                   "belongs to " + whose + " (uid " + std::to_string(peer.uid) + "), not to " + name(),
                   "use --attach=never, or give each container a /tmp of its own");
}

// Nothing where no process listens: no socket yet, or one that a dead process left.
Expected<std::optional<Descriptor>> AttachClient::try_connect(Deadline deadline) {
    refused_ = false;
    const auto file = open_socket_file();
    if (!file) return tl::make_unexpected(file.error());
    if (!*file) return std::nullopt;
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return tl::make_unexpected(file_error("socket", errno));
    // By way of the open file, so that what was looked at above is what is connected to.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = path_of(*file);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    while (true) {
        int error = 0;
        {
            // JDK 8 answers its own user only, not root; the kernel notes the effective ids of the thread
            // that connects. A JDK that answers root as well does so where root cannot become that user.
            const ActingAs user(target_.uid, target_.gid);
            if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
                error = errno;
        }
        if (error == 0) break;
        refused_ = error == ECONNREFUSED;
        if (refused_ || error == ENOENT) return std::nullopt;
        if (error != EAGAIN && error != EINTR)
            return tl::make_unexpected(process_file_error(socket_path(), error));
        // EAGAIN: more clients wait than the JVM lets queue.
        if (remaining_ms(deadline) == 0 || stop_.stop_requested()) return no_answer();
        std::this_thread::sleep_for(milliseconds(2));
    }
    if (auto peer = check_peer(socket); !peer) return tl::make_unexpected(peer.error());
    return socket;
}

// A listener that runs and finds its socket file in place takes SIGQUIT for what it is everywhere else: it
// prints a thread dump. The file that refuses us is then of another JVM, which had the same pid in the same
// /tmp.
Expected<void> AttachClient::check_would_listen() const {
    if (auto safe = check_survives_quit(*process_); !safe) return safe;
    if (!refused_ || !listener_runs(*process_)) return {};
    return failure(socket_path(), "is stale: " + name() + " no longer listens on it",
                   "remove the file and try again, or use --attach=never");
}

// While a JVM starts it removes whatever socket it finds (AttachListener::vm_start), even one that it has
// just made for us; it answers to a second signal then, which is the next run's to send.
Expected<Descriptor> AttachClient::start_listener(Deadline deadline) {
    if (signalled_) {
        return failure(name(),
                       "the JVM has no attach socket any more, or did not open one when it was signalled",
                       "try again, or use --attach=never");
    }
    if (auto safe = check_would_listen(); !safe) return tl::make_unexpected(safe.error());
    if (auto can = check_socket_can_be_made(*process_, tmp_, target_); !can)
        return tl::make_unexpected(can.error());
    auto trigger = [&] {
        const SignalsHeld until_it_is_guarded;
        auto made = TriggerFile::create(target_);
        if (!made) return Expected<Handshake>(tl::make_unexpected(made.error()));
        auto keeper = AttachKeeper::start(*process_, target_, *made, tmp_, trigger_stays_);
        if (keeper) return Expected<Handshake>(Handshake{std::move(*made), std::move(*keeper)});
        if (!made->was_there()) made->remove();
        return Expected<Handshake>(tl::make_unexpected(keeper.error()));
    }();
    if (!trigger) return tl::make_unexpected(trigger.error());
    signalled_ = true;
    return wait_for_listener(*trigger, deadline);
}

Expected<Descriptor> AttachClient::wait_for_listener(Handshake& handshake, Deadline deadline) {
    auto pause = std::chrono::microseconds(250);
    while (remaining_ms(deadline) > 0) {
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds(8000));
        auto socket = try_connect(deadline);
        if (!socket) return tl::make_unexpected(socket.error());
        if (*socket) {
            // In this order: whenever this process is killed, another one remains that removes it.
            handshake.trigger.remove();
            handshake.keeper.finish();
            return std::move(**socket);
        }
        if (const auto error = handshake.keeper.not_sent())
            return tl::make_unexpected(quit_error(*process_, *error));
        if (stop_.stop_requested()) return failure(name(), "interrupted");
        if (!process_->still_same()) return failure(name(), "the process ended while it was asked");
    }
    if (auto can = check_can_answer(*process_); !can) return tl::make_unexpected(can.error());
    return failure(name(),
                   "the JVM did not open its attach socket within " + timeout_text() +
                       ": it is busy, or runs with -XX:+DisableAttachMechanism",
                   what_to_try());
}

Expected<Descriptor> AttachClient::connect(Deadline deadline) {
    if (!tmp_) {
        auto tmp = open_below(target_.root, "tmp");
        if (!tmp) return tl::make_unexpected(tmp.error());
        tmp_ = std::move(*tmp);
    }
    // A listener that starts anew has its old socket file for a moment more.
    constexpr int looks = 5;
    for (int look = 0; look < looks; ++look) {
        if (look > 0) std::this_thread::sleep_for(milliseconds(20));
        auto socket = try_connect(deadline);
        if (!socket) return tl::make_unexpected(socket.error());
        if (*socket) return std::move(**socket);
        if (!refused_ || !listener_runs(*process_)) break;
    }
    return start_listener(deadline);
}

Expected<std::string> AttachClient::exchange(const Descriptor& socket, std::string_view request,
                                             Deadline deadline) {
    const auto broken = [&](int error) {
        return failure(name(), "the JVM closed the connection: " + errno_text(error),
                       "run as the JVM's user or root");
    };
    while (!request.empty()) {
        if (!wait_for(socket.get(), POLLOUT, deadline)) return no_answer();
        const ssize_t sent = ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
        if (sent >= 0) request.remove_prefix(static_cast<std::size_t>(sent));
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return broken(errno);
    }
    std::string reply;
    std::size_t used = 0;
    while (true) {
        if (reply.size() - used < 4096) reply.resize(used + std::clamp<std::size_t>(used, 16384, 1 << 20));
        if (!wait_for(socket.get(), POLLIN, deadline)) return no_answer();
        const ssize_t got = ::recv(socket.get(), reply.data() + used, reply.size() - used, 0);
        if (got < 0 && errno != EAGAIN && errno != EINTR) return broken(errno);
        if (got == 0) break;
        if (got > 0) used += static_cast<std::size_t>(got);
        if (used > bytes_left_) {
            return failure(
                name(),
                "the JVM's answers are too large: more than " + human(Bytes(most_bytes_)) + " together",
                "use --attach=never");
        }
        // An endless reply that never makes us wait must end as well.
        if (remaining_ms(deadline) == 0) return no_answer();
    }
    reply.resize(used);
    bytes_left_ -= used;
    ++answers_;
    return reply;
}

Expected<AttachReply> AttachClient::ask(std::string_view command, milliseconds timeout) {
    if (command.size() > longest_argument || command.find('\0') != std::string_view::npos) {
        return failure(name(), "a command for the JVM is at most 1024 bytes without NUL");
    }
    timeout_ = timeout;
    const auto began = steady_clock::now();
    const Deadline deadline = began + std::max<steady_clock::duration>(timeout - spent_, {});
    const AddTime account(began, spent_);
    if (auto can = check_can_answer(*process_); !can) return tl::make_unexpected(can.error());
    const auto socket = connect(deadline);
    if (!socket) return tl::make_unexpected(socket.error());
    auto reply = exchange(*socket, request_for(command), deadline);
    if (!reply) return tl::make_unexpected(reply.error());
    auto result = parse_reply(name(), std::move(*reply));
    if (result)
        result->took_ms = std::chrono::duration<double, std::milli>(steady_clock::now() - began).count();
    return result;
}

}  // namespace nmtx
