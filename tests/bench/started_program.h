// A program with its standard input and output as pipes. It ends with this object.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx::bench {

class StartedProgram {
  public:
    // The path of the program and its arguments.
    explicit StartedProgram(std::vector<std::string> command) {
        std::array<int, 2> in{}, out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
        std::vector<char*> argv;
        for (std::string& word : command) argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(in[0], 0);
            dup2(out[1], 1);
            execv(argv[0], argv.data());
            _exit(127);
        }
        close(in[0]);
        close(out[1]);
        to_ = in[1];
        from_ = out[0];
    }
    StartedProgram(const StartedProgram&) = delete;
    StartedProgram& operator=(const StartedProgram&) = delete;
    ~StartedProgram() {
        close(to_);
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        close(from_);
    }

    void say(std::string_view text) const {
        if (write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    }
    // The next line that it prints, which is waited for; nothing where its output ends before.
    [[nodiscard]] std::optional<std::string> line() const {
        std::string text;
        for (char c = 0; read(from_, &c, 1) == 1; text += c) {
            if (c == '\n') return text;
        }
        return std::nullopt;
    }
    [[nodiscard]] std::string pid() const { return std::to_string(pid_); }

  private:
    pid_t pid_ = -1;
    int to_ = -1, from_ = -1;
};

}  // namespace nmtx::bench
