#include "platform/triggers/hooked_programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "platform/os/system_error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace nmtx {
namespace {

constexpr std::size_t most_running = 16;

// What posix_spawn is told: our blocked signals are not its, and what we write goes nowhere else.
class SpawnPlan {
  public:
    SpawnPlan() {
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawn_file_actions_init(&files_);
        sigset_t none{};
        sigset_t all{};
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    // 0 or an errno.
    int spawn(pid_t& child, const std::string& program, std::vector<std::string> words) {
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        return ::posix_spawn(&child, program.c_str(), &files_, &attributes_, arguments.data(), environ);
    }

  private:
    posix_spawnattr_t attributes_{};
    posix_spawn_file_actions_t files_{};
};

std::optional<std::string> how_it_failed(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
    if (WIFEXITED(status)) return fmt::format("--run: the program exited with {}", WEXITSTATUS(status));
    return fmt::format("--run: the program was ended by signal {}",
                       WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

}  // namespace

Expected<void> HookedPrograms::check(const std::string& program) {
    const std::string hint = "--run takes one executable file; put options into a script";
    struct stat info{};
    if (::stat(program.c_str(), &info) != 0) return tl::make_unexpected(file_error(program, errno, hint));
    if (!S_ISREG(info.st_mode)) return failure(program, "is not a file that can be run", hint);
    if (::faccessat(AT_FDCWD, program.c_str(), X_OK, AT_EACCESS) != 0)
        return tl::make_unexpected(file_error(program, errno, "chmod +x " + program));
    return {};
}

Expected<void> HookedPrograms::start(const std::string& program, const std::vector<std::string>& arguments) {
    if (running_.size() >= most_running)
        return failure("--run", fmt::format("{} calls still run: not called again", running_.size()));
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    pid_t child = -1;
    if (const int error = SpawnPlan().spawn(child, program, std::move(words)); error != 0)
        return tl::make_unexpected(file_error(program, error));
    running_.push_back(child);
    return {};
}

std::vector<std::string> HookedPrograms::take_ended() {
    std::vector<std::string> lines;
    std::vector<pid_t> still;
    for (const pid_t child : running_) {
        int status = 0;
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == 0) still.push_back(child);
        if (ended != child) continue;
        if (auto failed = how_it_failed(status)) lines.push_back(std::move(*failed));
    }
    running_ = std::move(still);
    return lines;
}

}  // namespace nmtx
