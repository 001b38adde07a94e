#include "platform/terminal/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "platform/os/environment.h"
#include "platform/os/system_error.h"

namespace nmtx {

Expected<Pager> Pager::start() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure("--pager", errno_text(errno));
    const Descriptor output(ends[0]);
    Descriptor input(ends[1]);
    std::string program(environment("PAGER"));
    if (program.empty()) program = "less -FRX";
    std::string shell = "sh", option = "-c";
    std::array<char*, 4> argv{shell.data(), option.data(), program.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output.get(), STDIN_FILENO);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, "/bin/sh", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return failure("--pager", errno_text(failed));
    return Pager(std::move(input), child);
}

Pager::Pager(Pager&& other) noexcept
    : input_(std::move(other.input_)), child_(std::exchange(other.child_, 0)) {}

Pager::~Pager() {
    input_.close();
    if (child_ == 0) return;
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace nmtx
