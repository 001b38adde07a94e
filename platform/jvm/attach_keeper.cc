#include "platform/jvm/attach_keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/os/system_error.h"

namespace nmtx {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A trigger that somebody else made may be of a tool that is at work: a JVM that is not in a pause answers it
// in a fraction of this.
constexpr milliseconds for_others{1000};
constexpr std::chrono::minutes longest_stop{10};
// What a process needs, once it goes on, to look for the trigger.
constexpr std::chrono::seconds after_stop{10};

// Children that were left to their work; they are reaped when the next one starts.
class LeftChildren {
  public:
    void add(pid_t child) {
        const std::lock_guard lock(mutex_);
        children_.push_back(child);
    }
    void reap() {
        const std::lock_guard lock(mutex_);
        std::erase_if(children_, [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
    }

  private:
    std::mutex mutex_;
    std::vector<pid_t> children_;
};

LeftChildren& left_children() {
    static LeftChildren children;
    return children;
}

// close_range(2) of Linux 5.9, else one by one.
void close_between(unsigned first, unsigned last) {
    constexpr long close_range_number = 436;  // the same on every architecture
    if (first > last || ::syscall(close_range_number, first, last, 0) == 0) return;
    const unsigned most = std::min(last, 65536U);
    for (unsigned fd = first; fd <= most; ++fd) ::close(static_cast<int>(fd));
}

// A reader at the other end of nmtx's output must not have to wait for us.
void close_all_but(std::array<int, 4> kept) {
    std::sort(kept.begin(), kept.end());
    unsigned from = 0;
    for (const int fd : kept) {
        if (fd < 0) continue;
        if (static_cast<unsigned>(fd) > from) close_between(from, static_cast<unsigned>(fd) - 1);
        from = static_cast<unsigned>(fd) + 1;
    }
    close_between(from, ~0U);
    // The three standard ones, where they were closed.
    for (int fd = ::open("/dev/null", O_RDWR); fd >= 0 && fd < 3;)
        fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

// Which file a name stands for. HotSpot makes its socket under another name and renames it.
struct SocketIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    timespec changed{};
    bool operator==(const SocketIdentity& other) const {
        return device == other.device && inode == other.inode && changed.tv_sec == other.changed.tv_sec &&
               changed.tv_nsec == other.changed.tv_nsec;
    }
};

SocketIdentity socket_in(const Descriptor& tmp, const std::string& name) {
    struct stat info{};
    if (::fstatat(tmp.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISSOCK(info.st_mode))
        return {};
    return {info.st_dev, info.st_ino, info.st_ctim};
}

class Keeping {
  public:
    Keeping(const ProcessFiles& process, const AttachTarget& target, const TriggerFile& trigger,
            const Descriptor& tmp, milliseconds stays)
        : process_(&process),
          trigger_(&trigger),
          tmp_(&tmp),
          stays_(stays),
          socket_name_(socket_name_of(target)),
          before_(socket_in(tmp, socket_name_)) {}

    [[noreturn]] void work(const Descriptor& news);

  private:
    [[nodiscard]] bool socket_came() const {
        const SocketIdentity now = socket_in(*tmp_, socket_name_);
        return now.inode != 0 && !(now == before_);
    }
    [[nodiscard]] bool over() const { return socket_came() || !process_->still_same(); }
    template <typename Condition>
    bool comes_true_within(milliseconds time, Condition condition) const;
    void wait_for_socket(milliseconds left) const;
    [[nodiscard]] int signal_if_due(const Descriptor& news) const;

    const ProcessFiles* process_;
    const TriggerFile* trigger_;
    const Descriptor* tmp_;
    milliseconds stays_;
    std::string socket_name_;
    SocketIdentity before_;
};

template <typename Condition>
bool Keeping::comes_true_within(milliseconds time, Condition condition) const {
    const auto deadline = steady_clock::now() + time;
    auto pause = std::chrono::microseconds(500);
    while (!condition()) {
        if (steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds(50000));
    }
    return true;
}

// Gives the errno with which the signal could not be sent; 0 where it was, or need not be.
int Keeping::signal_if_due(const Descriptor& news) const {
    const auto ago = trigger_->signalled_ago(process_->start_ticks());
    if (ago && *ago < stays_) return 0;
    const auto nobody_asks = [&] {
        pollfd end{news.get(), POLLOUT, 0};
        return ::poll(&end, 1, 0) > 0 && (end.revents & POLLERR) != 0;
    };
    if (!ago && trigger_->was_there()) {
        if (comes_true_within(for_others, [&] { return over() || nobody_asks(); })) {
            if (!over()) ::_exit(0);  // nothing has been sent, and the file is as it was found
            return 0;
        }
    }
    if (over()) return 0;
    trigger_->mark_signalled(process_->start_ticks());
    return deliver_quit(*process_);
}

void Keeping::wait_for_socket(milliseconds left) const {
    const auto last = steady_clock::now() + longest_stop;
    auto deadline = steady_clock::now() + left;
    while (!comes_true_within(milliseconds(500), [&] { return over(); })) {
        const auto now = steady_clock::now();
        if (!check_can_answer(*process_) && now < last) deadline = std::max(deadline, now + after_stop);
        if (now >= deadline) return;
    }
}

void Keeping::work(const Descriptor& news) {
    const int error = signal_if_due(news);
    if (error == 0) {
        const auto ago = trigger_->signalled_ago(process_->start_ticks());
        wait_for_socket(stays_ - std::min(ago.value_or(milliseconds(0)), stays_));
    }
    trigger_->remove();
    if (error != 0 && ::write(news.get(), &error, sizeof error) < 0) ::_exit(1);
    ::_exit(0);
}

}  // namespace

Expected<AttachKeeper> AttachKeeper::start(const ProcessFiles& process, const AttachTarget& target,
                                           const TriggerFile& trigger, const Descriptor& tmp,
                                           milliseconds stays) {
    left_children().reap();
    std::array<int, 2> ends{};
    const std::string where = "pid " + std::to_string(process.pid());
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return failure(where, "cannot be asked: no pipe: " + errno_text(errno), "use --attach=never");
    Descriptor in(ends[0]);
    const Descriptor out(ends[1]);
    // Before the fork: what it remembers of the socket must be of before the signal.
    Keeping keeping(process, target, trigger, tmp, stays);
    const pid_t child = ::fork();
    if (child < 0) {
        return failure(
            where,
            "cannot be asked: no process could be created to guard the handshake: " + errno_text(errno),
            "use --attach=never");
    }
    if (child == 0) {
        ::setsid();
        if (::chdir("/") != 0) ::_exit(1);
        close_all_but({process.descriptor(), trigger.directory(), tmp.get(), out.get()});
        keeping.work(out);
    }
    return AttachKeeper(child, std::move(in));
}

AttachKeeper::AttachKeeper(AttachKeeper&& other) noexcept
    : child_(std::exchange(other.child_, -1)), news_(std::move(other.news_)) {}

AttachKeeper::~AttachKeeper() {
    if (child_ > 0) left_children().add(child_);
}

std::optional<int> AttachKeeper::not_sent() const {
    int error = 0;
    if (::read(news_.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) return error;
    return std::nullopt;
}

void AttachKeeper::finish() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

}  // namespace nmtx
