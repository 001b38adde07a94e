#include "platform/proc/child_work.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

[[noreturn]] void be_the_child(const Descriptor& out, const std::function<std::string()>& work,
                               const ChildBounds& bounds, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    limit(RLIMIT_CORE, 0);
    ::signal(SIGBUS, SIG_DFL);  // a crash, to whoever waits for us
    limit(RLIMIT_CPU, static_cast<rlim_t>(bounds.time.count()));
    // The shadow of AddressSanitizer alone is larger than any bound.
#ifndef __SANITIZE_ADDRESS__
    limit(RLIMIT_AS, own_address_space() + static_cast<rlim_t>(bounds.memory.value()));
#endif
    std::string result;
    try {
        result = work();
    } catch (...) {
        ::_exit(1);
    }
    std::size_t done = 0;
    while (done < result.size()) {
        const ssize_t wrote = ::write(out.get(), result.data() + done, result.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) ::_exit(1);
        done += static_cast<std::size_t>(wrote);
    }
    ::_exit(0);
}

}  // namespace

Expected<ChildAtWork> ChildAtWork::begin(const std::function<std::string()>& work,
                                         const ChildBounds& bounds) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return failure({}, "cannot create a pipe: " + errno_text(errno));
    Descriptor in(ends[0]);
    Descriptor out(ends[1]);
    ::fcntl(in.get(), F_SETFL, O_NONBLOCK);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return failure({}, "cannot create a process: " + errno_text(errno));
    if (child == 0) be_the_child(out, work, bounds, parent);
    return ChildAtWork(std::move(in), child, bounds);
}

ChildAtWork::ChildAtWork(Descriptor in, pid_t child, const ChildBounds& bounds)
    : in_(std::move(in)), child_(child), bounds_(bounds), deadline_(steady_clock::now() + bounds.time) {}

ChildAtWork::ChildAtWork(ChildAtWork&& other) noexcept
    : in_(std::move(other.in_)),
      child_(std::exchange(other.child_, -1)),
      bounds_(other.bounds_),
      deadline_(other.deadline_),
      text_(std::move(other.text_)),
      too_much_(other.too_much_),
      status_(other.status_) {}

ChildAtWork::~ChildAtWork() {
    if (child_ > 0) too_much_ = true;
    end();
}

std::chrono::milliseconds ChildAtWork::left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

bool ChildAtWork::take() {
    std::array<char, 16384> block{};
    while (child_ > 0) {
        const ssize_t got = ::read(in_.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN && left().count() > 0) return false;
        if (got > 0) text_.append(block.data(), static_cast<std::size_t>(got));
        too_much_ = got < 0 || text_.size() > bounds_.output;
        if (got <= 0 || too_much_) end();
    }
    return true;
}

void ChildAtWork::end() {
    if (child_ <= 0) return;
    if (too_much_) ::kill(child_, SIGKILL);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

Expected<std::string> ChildAtWork::result() {
    if (too_much_) return failure({}, "it took too long or produced too much output");
    if (WIFSIGNALED(status_))
        return failure({}, std::string("it crashed: ") + ::strsignal(WTERMSIG(status_)));
    if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0) return failure({}, "it ran out of memory");
    return std::move(text_);
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
