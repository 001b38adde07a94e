#include "platform/proc/child_work.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "kernel/status.h"
#include "platform/os/descriptor.h"
#include "platform/os/page_size.h"
#include "platform/os/system_error.h"
#include "platform/proc/input_file.h"

namespace nmtx {
namespace {

using std::chrono::steady_clock;

void limit(__rlimit_resource_t what, rlim_t value) {
    const rlimit bound{value, value};
    ::setrlimit(what, &bound);
}

#ifndef __SANITIZE_ADDRESS__
rlim_t own_address_space() {
    const auto text = read_input("/proc/self/statm", 256);
    const auto statm = text ? parse_statm(*text) : tl::make_unexpected(text.error());
    return statm ? static_cast<rlim_t>(statm->size_pages) * static_cast<rlim_t>(page_size()) : 0;
}
#endif

void bound_the_child(const ChildBounds& bounds, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    limit(RLIMIT_CORE, 0);
    ::signal(SIGBUS, SIG_DFL);  // a crash, to whoever waits for us
    // The shadow of AddressSanitizer alone is larger than any bound.
#ifndef __SANITIZE_ADDRESS__
    limit(RLIMIT_AS, own_address_space() + static_cast<rlim_t>(bounds.memory.value()));
#else
    static_cast<void>(bounds);
#endif
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

[[noreturn]] void be_the_child(const Descriptor& out, const std::function<std::string()>& work,
                               const ChildBounds& bounds, pid_t parent) {
    bound_the_child(bounds, parent);
    limit(RLIMIT_CPU, static_cast<rlim_t>(bounds.time.count()));
    std::string result;
    try {
        result = work();
    } catch (...) {
        ::_exit(1);
    }
    ::_exit(write_all(out.get(), result) ? 0 : 1);
}

// Requests and answers begin with their size.
using MessageSize = std::uint64_t;

// From now on. The kernel counts whole seconds.
void allow_more_processor_time(std::chrono::seconds time) {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const rlim_t most = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + time.count() + 2);
    const rlimit bound{most, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CPU, &bound);
}

bool read_request(int requests, MessageSize size, std::string& into) {
    into.resize(size);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(requests, into.data() + done, size - done, static_cast<off_t>(done));
        if (got <= 0) return false;
        done += static_cast<std::size_t>(got);
    }
    return true;
}

// Until nobody asks any more.
[[noreturn]] void serve_as_child(const Descriptor& line, const Descriptor& requests,
                                 const ServingChild::Serve& serve, const ChildBounds& bounds, pid_t parent) {
    bound_the_child(bounds, parent);
    try {
        MessageSize size = 0;
        std::string request;
        while (::recv(line.get(), &size, sizeof size, MSG_WAITALL) == sizeof size) {
            allow_more_processor_time(bounds.time);
            if (!read_request(requests.get(), size, request)) ::_exit(1);
            const std::string answer = serve(request);
            const MessageSize bytes = answer.size();
            const std::string_view header(reinterpret_cast<const char*>(&bytes), sizeof bytes);
            if (!write_all(line.get(), header) || !write_all(line.get(), answer)) ::_exit(1);
        }
    } catch (...) {
        ::_exit(1);
    }
    ::_exit(0);
}

// Of an answer whose size has come.
std::optional<MessageSize> announced(std::string_view text) {
    MessageSize size = 0;
    if (text.size() < sizeof size) return std::nullopt;
    std::memcpy(&size, text.data(), sizeof size);
    return size;
}

}  // namespace

ChildOutput::ChildOutput(Descriptor in, pid_t child, const ChildBounds& bounds)
    : in_(std::move(in)), child_(child), bounds_(bounds), deadline_(steady_clock::now() + bounds.time) {
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
}

ChildOutput::ChildOutput(ChildOutput&& other) noexcept
    : text(std::move(other.text)),
      in_(std::move(other.in_)),
      child_(std::exchange(other.child_, -1)),
      bounds_(other.bounds_),
      deadline_(other.deadline_),
      too_much_(other.too_much_),
      status_(other.status_) {}

ChildOutput::~ChildOutput() {
    kill();
}

std::chrono::milliseconds ChildOutput::left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

void ChildOutput::begin_time_anew() {
    deadline_ = steady_clock::now() + bounds_.time;
}

bool ChildOutput::take(const std::function<bool(std::string_view)>& is_whole) {
    std::array<char, 16384> block{};
    while (child_ > 0 && !is_whole(text)) {
        const ssize_t got = ::read(in_.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN && left().count() > 0) return false;
        if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
        const bool broken = got < 0 && errno != EAGAIN;  // it ended with something of ours unread
        too_much_ = (got < 0 && !broken) || text.size() > bounds_.output;
        if (got <= 0 || too_much_) end();
    }
    return true;
}

void ChildOutput::kill() {
    if (child_ > 0) too_much_ = true;
    end();
}

void ChildOutput::end() {
    if (child_ <= 0) return;
    // One that ends by itself keeps its status. One that has only closed its end does not keep us waiting.
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

bool ChildOutput::exited_well() const {
    return !too_much_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
}

Error ChildOutput::failed() const {
    if (too_much_) return Error{{}, "it took too long or produced too much output", {}};
    if (WIFSIGNALED(status_))
        return Error{{}, std::string("it crashed: ") + ::strsignal(WTERMSIG(status_)), {}};
    return Error{{}, "it ran out of memory", {}};
}

Expected<ChildAtWork> ChildAtWork::begin(const std::function<std::string()>& work,
                                         const ChildBounds& bounds) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return failure({}, "cannot create a pipe: " + errno_text(errno));
    Descriptor in(ends[0]);
    const Descriptor out(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return failure({}, "cannot create a process: " + errno_text(errno));
    if (child == 0) be_the_child(out, work, bounds, parent);
    return ChildAtWork(ChildOutput(std::move(in), child, bounds));
}

bool ChildAtWork::take() {
    return output_.take([](std::string_view) { return false; });
}

Expected<std::string> ChildAtWork::result() {
    if (!output_.exited_well()) return tl::make_unexpected(output_.failed());
    return std::move(output_.text);
}

Expected<ServingChild> ServingChild::begin(const Serve& serve, const ChildBounds& bounds) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return failure({}, "cannot create a socket: " + errno_text(errno));
    Descriptor ours(ends[0]);
    const Descriptor its(ends[1]);
    // A request lies in memory: a child that does not read cannot keep us waiting.
    Descriptor requests(::memfd_create("requests", MFD_CLOEXEC));
    if (!requests) return failure({}, "cannot create a file in memory: " + errno_text(errno));
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return failure({}, "cannot create a process: " + errno_text(errno));
    if (child == 0) {
        ours.close();
        serve_as_child(its, requests, serve, bounds, parent);
    }
    return ServingChild(ChildOutput(std::move(ours), child, bounds), std::move(requests));
}

Expected<void> ServingChild::ask(std::string_view request) {
    if (!alive()) return tl::make_unexpected(output_.failed());
    std::size_t done = 0;
    bool failed = ::ftruncate(requests_.get(), 0) != 0;
    while (!failed && done < request.size()) {
        const ssize_t wrote =
            ::pwrite(requests_.get(), request.data() + done, request.size() - done, static_cast<off_t>(done));
        failed = wrote <= 0;
        if (!failed) done += static_cast<std::size_t>(wrote);
    }
    if (failed) return failure({}, "cannot write to a file in memory: " + errno_text(errno));
    output_.text.clear();
    output_.begin_time_anew();
    const MessageSize size = request.size();
    // Where the child has gone, take() finds out.
    ::send(descriptor(), &size, sizeof size, MSG_NOSIGNAL);
    return {};
}

bool ServingChild::take() {
    return output_.take([](std::string_view text) {
        const auto size = announced(text);
        return size && text.size() - sizeof(MessageSize) >= *size;
    });
}

Expected<std::string> ServingChild::answer() {
    std::string text = std::exchange(output_.text, {});
    if (!alive()) return tl::make_unexpected(output_.failed());
    const auto size = announced(text);
    if (!size || text.size() - sizeof(MessageSize) != *size) {
        output_.kill();
        return failure({}, "it answered more than it was asked");
    }
    text.erase(0, sizeof(MessageSize));
    return text;
}

Expected<std::string> work_in_child(const std::function<std::string()>& work, const ChildBounds& bounds) {
    auto child = ChildAtWork::begin(work, bounds);
    if (!child) return tl::make_unexpected(child.error());
    while (!child->take()) {
        pollfd wanted{child->descriptor(), POLLIN, 0};
        ::poll(&wanted, 1, static_cast<int>(child->left().count()));
    }
    return child->result();
}

}  // namespace nmtx
