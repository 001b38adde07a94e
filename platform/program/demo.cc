#include "platform/program/demo.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/amounts.h"
#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Expected<fs::path> find_java() {
    if (const char* home = std::getenv("JAVA_HOME"); home != nullptr && *home != '\0') {
        fs::path java = fs::path(home) / "bin" / "java";
        if (access(java.c_str(), X_OK) == 0) return java;
    }
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        fs::path java = fs::path(rest.substr(0, colon)) / "java";
        if (access(java.c_str(), X_OK) == 0) return java;
        rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
    return failure("", "the demo needs a JVM and there is no `java` in PATH",
                   "install one (default-jre-headless), or set JAVA_HOME");
}

Expected<fs::path> find_targets() {
    std::error_code none;
    const fs::path folder = fs::read_symlink("/proc/self/exe", none).parent_path();
    const fs::path built = folder / "targets";
    const fs::path installed = folder.parent_path() / "share" / "nmtx" / "targets";
    for (const fs::path& candidate : {built, installed}) {
        if (fs::exists(candidate / "Target.class", none) && fs::exists(candidate / "libtarget.so", none))
            return candidate;
    }
    return failure(
        "",
        fmt::format("the demo's program, Target.class and libtarget.so, is neither in {} nor in {}",
                    installed.string(), built.string()),
        "the package and the tar.gz contain it; a build from source needs a JDK for it "
        "(default-jdk-headless)");
}

struct Pipe {
    std::array<int, 2> end{-1, -1};
    bool open() { return pipe2(end.data(), O_CLOEXEC) == 0; }
    void close(std::size_t i) {
        if (end.at(i) >= 0) ::close(end.at(i));
        end.at(i) = -1;
    }
};

}  // namespace

DemoJvm::DemoJvm(DemoJvm&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      stdin_(std::exchange(other.stdin_, -1)),
      stdout_(std::exchange(other.stdout_, -1)),
      command_(std::move(other.command_)),
      truth_(std::move(other.truth_)) {}

DemoJvm::~DemoJvm() {
    if (stdin_ >= 0) close(stdin_);
    if (pid_ > 0) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        int status = 0;
        while (waitpid(pid_, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > deadline) {
                kill(pid_, SIGKILL);
                waitpid(pid_, &status, 0);
                break;
            }
            poll(nullptr, 0, 20);
        }
    }
    if (stdout_ >= 0) close(stdout_);
}

Expected<DemoJvm> DemoJvm::start(const std::vector<std::string>& arguments) {
    const auto java = find_java();
    if (!java) return tl::make_unexpected(java.error());
    const auto targets = find_targets();
    if (!targets) return tl::make_unexpected(targets.error());

    std::vector<std::string> command{java->string(), "-XX:NativeMemoryTracking=detail",
                                     "-Xms128m",     "-Xmx256m",
                                     "-cp",          targets->string(),
                                     "Target",       "lib=" + (*targets / "libtarget.so").string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    DemoJvm jvm;
    for (std::string& word : command) {
        argv.push_back(word.data());
        jvm.command_ += (jvm.command_.empty() ? "" : " ") + word;
    }
    argv.push_back(nullptr);

    Pipe input;
    Pipe output;
    if (!input.open() || !output.open()) return failure("pipe", std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.end[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.end[1], STDOUT_FILENO);
    const int failed = posix_spawn(&jvm.pid_, java->c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    input.close(0);
    output.close(1);
    jvm.stdin_ = input.end[1];
    jvm.stdout_ = output.end[0];
    if (failed != 0) {
        jvm.pid_ = -1;
        return failure(java->string(), std::strerror(failed));
    }
    if (auto ready = jvm.wait_until_ready(); !ready) return tl::make_unexpected(ready.error());
    return jvm;
}

// One line: ready pid=4711 leak_blocks=… leak_bytes=…
Expected<void> DemoJvm::wait_until_ready() {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    std::string text;
    while (text.find('\n') == std::string::npos) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())
                .count();
        pollfd ready{stdout_, POLLIN, 0};
        const int woken = left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left));
        if (woken < 0 && errno == EINTR) continue;
        if (woken <= 0) return failure("demo", "the JVM was not ready after 60 s");
        std::array<char, 4096> buffer{};
        const ssize_t n = read(stdout_, buffer.data(), buffer.size());
        if (n <= 0) return failure("demo", "the JVM ended before it was ready; it ran as: " + command_);
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    Cursor cursor(std::string_view(text).substr(0, text.find('\n')));
    if (!cursor.take("ready"))
        return failure("demo", "expected 'ready …' from the JVM, found '" + text + "'");
    while (!cursor.at_end()) {
        cursor.skip_blanks();
        const auto key = cursor.until("=");
        if (!key) break;
        cursor.take("=");
        const auto value = cursor.decimal();
        if (value) truth_[std::string(*key)] = *value;
        cursor.word();
    }
    return {};
}

std::uint64_t DemoJvm::truth(const std::string& key) const {
    const auto it = truth_.find(key);
    return it == truth_.end() ? 0 : it->second;
}

namespace {

// glibc, 64 bit: 8 bytes of its own before each block, in steps of 16, 32 at least.
Bytes chunk_of(std::uint64_t block) {
    return Bytes(std::max<std::uint64_t>((block + 8 + 15) / 16 * 16, 32));
}

}  // namespace

std::string demo_check(const DemoJvm& jvm, const MallocUse& found) {
    const std::uint64_t blocks = jvm.truth("leak_blocks");
    const Bytes bytes(jvm.truth("leak_bytes"));
    if (blocks == 0) return "Check: the demo allocated no native memory that NMT cannot see.";
    std::string text =
        fmt::format("Check: the demo allocated {} MiB in {} blocks", in_mib(bytes), grouped(blocks));
    // What malloc takes for them: that is what a report can find.
    const std::uint64_t size = bytes.value() / blocks;
    if (size * blocks != bytes.value()) return text + ".";
    const Bytes chunk = chunk_of(size);
    const Bytes taken(chunk.value() * blocks);
    text += fmt::format(" of {} bytes; at {} bytes per malloc chunk that is {} MiB.", grouped(size),
                        grouped(chunk.value()), in_mib(taken));
    const Bytes seen = found.measured() ? found.parts->untracked : found.outside_nmt();
    const bool all = seen >= Bytes(taken.value() / 100 * 99);
    return text + fmt::format(
                      " The report has {} MiB {}, other libraries included: {}.", in_mib(seen),
                      found.measured() ? "in use and not in NMT" : "of native malloc (not in NMT, estimated)",
                      all ? "all of it was found" : "less than the demo allocated");
}

void keep_running(const DemoJvm& jvm) {
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) return;
    std::fprintf(stderr,
                 "\nThe demo's JVM is still running (pid %llu): try the commands above in another "
                 "terminal. Press Enter to stop it.\n",
                 static_cast<unsigned long long>(jvm.pid()));
    std::array<char, 64> key{};
    while (true) {
        const ssize_t n = read(STDIN_FILENO, key.data(), key.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || std::find(key.begin(), key.begin() + n, '\n') != key.begin() + n) return;
    }
}

}  // namespace nmtx
