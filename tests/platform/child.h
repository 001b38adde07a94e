// Processes and directories that a test makes, and that are gone when it ends.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

namespace nmtx::test {

// Runs `body(ready)` in a child; the constructor returns when the child has called ready(), or ended. The
// child pauses after the body.
class Child {
  public:
    template <typename Body>
    explicit Child(Body body) {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // not even a test that is killed leaves one behind
            ::close(ends[0]);
            body([&] {
                if (::write(ends[1], "r", 1) != 1) ::_exit(1);
            });
            while (true) ::pause();
        }
        ::close(ends[1]);
        char byte = 0;
        ready_ = ::read(ends[0], &byte, 1) == 1;
        ::close(ends[0]);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    void end() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] bool alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
    [[nodiscard]] std::uint64_t pid() const { return static_cast<std::uint64_t>(pid_); }
    [[nodiscard]] pid_t id() const { return pid_; }

  private:
    pid_t pid_ = -1;
    bool ready_ = false;
};

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "nmtx-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

inline void write_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds within = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

inline void may_be_traced() {
#ifdef PR_SET_PTRACER
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // by a sibling, where yama restricts it
#endif
}

// Maps a file that is called libjvm.so, which is what HotSpot is told by.
inline void map_libjvm(const TemporaryDirectory& directory) {
    const std::string path = directory / "libjvm.so";
    write_text(path, "no library");
    FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr || ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, ::fileno(file), 0) == MAP_FAILED)
        std::abort();
}

}  // namespace nmtx::test
