#include "malloc/blocks_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "paths.h"

namespace nmtx::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// A folder with the program, its library and its truth, as the program sees it: below the chroot, where there
// is one. Goes with the process.
class Workplace {
  public:
    explicit Workplace(const Glibc& glibc)
        : inside_("/var/tmp/nmtx-blocks-" + std::to_string(getpid())), outside_(glibc.chroot + inside_) {
        fs::create_directories(outside_);
        for (const char* name : {"blocks", "libobjects.so"}) {
            fs::copy_file(fs::path(binary_dir()) / "targets" / name, outside_ / name,
                          fs::copy_options::overwrite_existing);
        }
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    ~Workplace() {
        std::error_code ignored;
        fs::remove_all(outside_, ignored);
    }
    [[nodiscard]] std::string inside(const std::string& name) const { return inside_ + "/" + name; }
    [[nodiscard]] std::string outside(const std::string& name) const { return (outside_ / name).string(); }

  private:
    std::string inside_;
    fs::path outside_;
};

const Workplace& workplace_in(const Glibc& glibc) {
    static const Workplace only(glibc);
    return only;
}

// The text between `name="` and the next quote, as a number.
std::uint64_t attribute(const std::string& line, const std::string& name) {
    const auto at = line.find(" " + name + "=\"");
    if (at == std::string::npos) throw std::runtime_error("malloc_info: no " + name + " in " + line);
    return std::stoull(line.substr(at + name.size() + 3));
}

// After the last </heap> malloc_info repeats the figures, summed over all arenas.
void read_malloc_info_line(const std::string& line, bool& in_arena, KnownHeap& heap) {
    const auto starts = [&](const char* text) { return line.rfind(text, 0) == 0; };
    if (starts("<heap ")) {
        heap.arenas.emplace_back();
        in_arena = true;
    } else if (starts("</heap>")) {
        in_arena = false;
    } else if (starts("<total type=\"mmap\"")) {
        heap.mmapped_count = attribute(line, "count");
        heap.mmapped_bytes = attribute(line, "size");
    } else if (!in_arena) {
        return;
    } else if (starts("<total type=\"fast\"")) {
        heap.arenas.back().fast_count = attribute(line, "count");
        heap.arenas.back().fast_bytes = attribute(line, "size");
    } else if (starts("<total type=\"rest\"")) {
        heap.arenas.back().rest_count = attribute(line, "count");
        heap.arenas.back().rest_bytes = attribute(line, "size");
    } else if (starts("<system type=\"current\"")) {
        heap.arenas.back().system = attribute(line, "size");
    }
}

int wait_for(pid_t pid, Clock::duration limit) {
    const auto deadline = Clock::now() + limit;
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (Clock::now() > deadline) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        poll(nullptr, 0, 5);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void run(const Glibc& glibc, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // not even a test that is killed leaves one behind
    std::vector<char*> argv, envp;
    for (const std::string& word : arguments) argv.push_back(const_cast<char*>(word.c_str()));
    for (const std::string& word : environment) envp.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    if (!glibc.chroot.empty() && (chroot(glibc.chroot.c_str()) != 0 || chdir("/") != 0)) _exit(126);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
}

std::string read_ready_line(int output) {
    std::string text;
    const auto deadline = Clock::now() + 120s;
    while (text.find('\n') == std::string::npos) {
        pollfd fd{output, POLLIN, 0};
        poll(&fd, 1, 1000);
        std::array<char, 4096> buffer{};
        const ssize_t n = fd.revents != 0 ? read(output, buffer.data(), buffer.size()) : 1;
        if (n <= 0 || Clock::now() > deadline) break;
        if (fd.revents != 0) text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

}  // namespace

Glibc glibc_under_test() {
    const std::string wanted = environment("NMTX_GLIBC_UNDER_TEST");
    if (wanted.empty() || wanted == "host") return {"host", ""};
    std::istringstream lines(environment("NMTX_GLIBCS"));
    for (std::string line; std::getline(lines, line);) {
        const auto bar = line.find('|');
        if (bar != std::string::npos && line.substr(0, bar) == wanted) return {wanted, line.substr(bar + 1)};
    }
    throw std::runtime_error("no glibc " + wanted + " in NMTX_GLIBCS; run these tests through ./test");
}

KnownHeap read_known_heap(const std::string& file) {
    KnownHeap heap;
    bool in_arena = false;
    std::ifstream text(file);
    for (std::string line; std::getline(text, line);) {
        if (line.rfind("block ", 0) != 0) {
            read_malloc_info_line(line, in_arena, heap);
            continue;
        }
        KnownBlock block;
        std::istringstream words(line.substr(6));
        words >> std::hex >> block.at >> std::dec >> block.usable >> block.requested >> block.thread;
        if (!words) throw std::runtime_error("truth not understood: " + line);
        heap.blocks.push_back(block);
    }
    if (heap.blocks.empty() || heap.arenas.empty()) throw std::runtime_error("no truth in " + file);
    std::sort(heap.blocks.begin(), heap.blocks.end(),
              [](const KnownBlock& a, const KnownBlock& b) { return a.at < b.at; });
    return heap;
}

BlocksProgram::BlocksProgram(const Glibc& glibc, const BlocksSetup& setup, bool with_truth) {
    const Workplace& place = workplace_in(glibc);
    std::vector<std::string> arguments{place.inside("blocks"), "library=" + place.inside("libobjects.so")};
    if (std::none_of(setup.arguments.begin(), setup.arguments.end(),
                     [](const std::string& argument) { return argument.rfind("objects=", 0) == 0; })) {
        arguments.pop_back();
    }
    if (with_truth) arguments.push_back("out=" + place.inside("truth"));
    arguments.insert(arguments.end(), setup.arguments.begin(), setup.arguments.end());

    std::array<int, 2> in{}, out{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("pipe failed");
    pid_ = fork();
    if (pid_ == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        run(glibc, arguments, setup.environment);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = out[0];
    try {
        const std::string ready = read_ready_line(output_);
        if (ready.rfind("ready ", 0) != 0)
            throw std::runtime_error("blocks did not come up: " + setup.name + " " + ready);
        if (with_truth) known_ = read_known_heap(place.outside("truth"));
    } catch (...) {
        end();
        throw;
    }
}

BlocksProgram::~BlocksProgram() {
    end();
}

void BlocksProgram::stop() const {
    kill(pid_, SIGSTOP);
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
}

void BlocksProgram::resume() const {
    kill(pid_, SIGCONT);
}

int BlocksProgram::end() {
    if (pid_ < 0) return -1;
    close(input_);
    const int code = wait_for(pid_, 20s);
    close(output_);
    pid_ = -1;
    return code;
}

}  // namespace nmtx::test
