#include "platform/proc/child_work.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

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

// Reads to the end; nothing where that takes too long or is too much.
std::optional<std::string> read_until(const Descriptor& in, steady_clock::time_point deadline,
                                      std::size_t most) {
    std::string text;
    std::array<char, 16384> block{};
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
        pollfd wanted{in.get(), POLLIN, 0};
        const int ready = left.count() > 0 ? ::poll(&wanted, 1, static_cast<int>(left.count())) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return std::nullopt;
        const ssize_t got = ::read(in.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(got));
        if (text.size() > most) return std::nullopt;
    }
}

}  // namespace

Expected<std::string> work_in_child(const std::function<std::string()>& work, const ChildBounds& bounds) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return failure({}, "cannot create a pipe: " + errno_text(errno));
    const Descriptor in(ends[0]);
    Descriptor out(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return failure({}, "cannot create a process: " + errno_text(errno));
    if (child == 0) be_the_child(out, work, bounds, parent);
    out.close();
    auto text = read_until(in, steady_clock::now() + bounds.time, bounds.output);
    if (!text) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!text) return failure({}, "it took too long or produced too much output");
    if (WIFSIGNALED(status)) return failure({}, std::string("it crashed: ") + ::strsignal(WTERMSIG(status)));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failure({}, "it ran out of memory");
    return std::move(*text);
}

}  // namespace nmtx
