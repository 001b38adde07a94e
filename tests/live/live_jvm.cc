#include "live/live_jvm.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "catch.h"
#include "paths.h"
#include "run_tests.h"
#include "valid_json.h"

namespace nmtx::live {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct Child {
    pid_t pid = -1;
    int in = -1, out = -1, err = -1;
};

Child spawn(const std::vector<std::string>& command, bool keep_stderr) {
    std::array<int, 2> in{}, out{}, err{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0 ||
        pipe2(err.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe failed");
    }
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        if (!keep_stderr) dup2(err[1], 2);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    return {pid, in[1], out[0], err[0]};
}

int wait_for(pid_t pid, std::chrono::milliseconds limit) {
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

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// Reads on until a line that begins with `word`, and its key=value pairs; nothing where the output ends
// before.
std::optional<std::map<std::string, std::uint64_t>> figures_after(int from, const std::string& word,
                                                                  std::string& printed) {
    std::string text;
    const auto deadline = Clock::now() + 120s;
    while (text.find(word) == std::string::npos || text.find('\n', text.find(word)) == std::string::npos) {
        pollfd fd{from, POLLIN, 0};
        poll(&fd, 1, 1000);
        std::array<char, 4096> buffer{};
        const ssize_t n = fd.revents != 0 ? read(from, buffer.data(), buffer.size()) : 1;
        if (n <= 0 || Clock::now() > deadline) return std::nullopt;
        if (fd.revents == 0) continue;
        text.append(buffer.data(), static_cast<std::size_t>(n));
        printed.append(buffer.data(), static_cast<std::size_t>(n));
    }
    std::map<std::string, std::uint64_t> figures;
    std::istringstream words(text.substr(text.find(word) + word.size()));
    for (std::string pair; words >> pair;) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) continue;
        try {
            figures[pair.substr(0, equals)] = std::stoull(pair.substr(equals + 1));
        } catch (const std::exception&) {
            continue;  // a figure that is no number is none that a test compares
        }
    }
    return figures;
}

}  // namespace

std::string targets_for(const Jdk& jdk) {
    const fs::path built = fs::path(nmtx::test::binary_dir()) / "targets";
    if (jdk.chroot.empty()) return built.string();
    const fs::path inside = fs::path("/var/tmp") / ("nmtx-targets-" + std::to_string(getpid()));
    const fs::path copy = fs::path(jdk.chroot + inside.string());
    if (!fs::exists(copy)) {
        fs::create_directories(copy);
        fs::copy(built, copy, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        static const struct Remove {
            fs::path path;
            ~Remove() {
                std::error_code ignored;
                fs::remove_all(path, ignored);
            }
        } remove{copy};
    }
    return inside.string();
}

Jdk jdk_under_test() {
    std::istringstream lines(environment("NMTX_JDKS"));
    const std::string wanted = environment("NMTX_LIVE_FEATURE");
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find('|');
        const auto second = line.find('|', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        if (!wanted.empty() && line.substr(0, first) != wanted) continue;
        return {std::stoi(line.substr(0, first)),
                line.substr(first + 1, second - first - 1),
                line.substr(second + 1),
                {}};
    }
    throw std::runtime_error("no JDK " + wanted + " in NMTX_JDKS; run the live tests through ./test");
}

std::vector<std::string> java_command(const Jdk& jdk) {
    std::vector<std::string> command = jdk.before;
    if (!jdk.chroot.empty()) command.insert(command.end(), {"chroot", jdk.chroot});
    command.push_back(jdk.java);
    return command;
}

Outcome run(const std::vector<std::string>& command, const std::string& input) {
    Child child = spawn(command, false);
    Outcome outcome;
    std::size_t written = 0;
    signal(SIGPIPE, SIG_IGN);
    if (input.empty()) close(child.in), child.in = -1;
    const auto deadline = Clock::now() + 120s;
    bool out_open = true, err_open = true;
    while ((out_open || err_open) && Clock::now() < deadline) {
        std::array<pollfd, 3> fds{pollfd{out_open ? child.out : -1, POLLIN, 0},
                                  pollfd{err_open ? child.err : -1, POLLIN, 0}, pollfd{child.in, POLLOUT, 0}};
        poll(fds.data(), fds.size(), 1000);
        std::array<char, 65536> buffer{};
        const auto take = [&](int fd, std::string& into, bool& open) {
            const ssize_t n = read(fd, buffer.data(), buffer.size());
            if (n <= 0) {
                open = false;
            } else {
                into.append(buffer.data(), static_cast<std::size_t>(n));
            }
        };
        if (fds[0].revents != 0) take(child.out, outcome.out, out_open);
        if (fds[1].revents != 0) take(child.err, outcome.err, err_open);
        if (child.in >= 0 && fds[2].revents != 0) {
            const ssize_t n = write(child.in, input.data() + written, input.size() - written);
            if (n > 0) written += static_cast<std::size_t>(n);
            if (n <= 0 || written == input.size()) close(child.in), child.in = -1;
        }
    }
    if (child.in >= 0) close(child.in);
    close(child.out);
    close(child.err);
    outcome.exit_code = wait_for(child.pid, 30s);
    return outcome;
}

std::vector<std::string> nmtx_command(const std::vector<std::string>& arguments) {
    std::string program = environment("NMTX_PROGRAM");
    if (program.empty()) program = nmtx::test::binary_dir() + "/nmtx";
    std::vector<std::string> command{program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

Outcome run_nmtx(const std::vector<std::string>& arguments) {
    return run(nmtx_command(arguments));
}

pid_t start_nmtx(const std::vector<std::string>& arguments) {
    const std::vector<std::string> command = nmtx_command(arguments);
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    // A signal that comes before exec must end it, not make Catch report one.
    sigset_t all{}, before{};
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    const pid_t pid = fork();
    if (pid != 0) {
        sigprocmask(SIG_SETMASK, &before, nullptr);
        return pid;
    }
    for (const int number : {SIGINT, SIGTERM}) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    const int nothing = open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) dup2(nothing, fd);
    execvp(argv[0], argv.data());
    _exit(127);
}

bool kill_nmtx_after(const std::vector<std::string>& arguments, std::chrono::milliseconds time) {
    const pid_t pid = start_nmtx(arguments);
    poll(nullptr, 0, static_cast<int>(time.count()));
    kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status);
}

nlohmann::json nmtx_json(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = arguments;
    all.emplace_back("--json");
    const Outcome outcome = run_nmtx(all);
    if (outcome.exit_code != 0) throw std::runtime_error("nmtx failed: " + outcome.err + outcome.out);
    test::JsonOutputs outputs;
    outputs.add(test::definition_of(arguments), arguments.front(), outcome.out);
    if (const std::string errors = outputs.errors(); !errors.empty()) throw std::runtime_error(errors);
    return nlohmann::json::parse(outcome.out);
}

Folder::Folder() {
    std::string pattern = (fs::temp_directory_path() / "nmtx-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

LiveJvm::LiveJvm(const Jdk& jdk, const std::vector<std::string>& options,
                 const std::vector<std::string>& target_arguments, const std::string& main) {
    const std::string targets = targets_for(jdk);
    std::vector<std::string> command = java_command(jdk);
    // From 24 on each JVM warns on standard error that a class loads native code.
    if (jdk.feature >= 24) command.emplace_back("--enable-native-access=ALL-UNNAMED");
    command.insert(command.end(), options.begin(), options.end());
    for (const std::string& word : {std::string("-cp"), targets, main, "lib=" + targets + "/libtarget.so"}) {
        command.push_back(word);
    }
    command.insert(command.end(), target_arguments.begin(), target_arguments.end());
    const Child child = spawn(command, true);
    pid_ = child.pid;
    stdin_ = child.in;
    stdout_ = child.out;
    close(child.err);

    const auto answer = figures_after(stdout_, "ready ", printed_);
    if (!answer) {
        close(stdin_);
        wait_for(pid_, 1s);
        throw std::runtime_error("the JVM did not come up");
    }
    truth_ = *answer;
}

std::map<std::string, std::uint64_t> LiveJvm::take(const std::string& more) {
    const std::string line = more + "\n";
    if (write(stdin_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        throw std::runtime_error("the target reads no more");
    const auto answer = figures_after(stdout_, "done ", printed_);
    if (!answer) throw std::runtime_error("the target did not answer to " + more);
    return *answer;
}

LiveJvm::~LiveJvm() {
    close(stdin_);
    const int code = wait_for(pid_, 20s);
    close(stdout_);
    // Of those that grow side by side some may be left when the last test case has ended.
    if (test::in_test_case()) CHECK(code == 0);
}

const std::string& LiveJvm::printed() {
    for (;;) {
        pollfd fd{stdout_, POLLIN, 0};
        std::array<char, 4096> buffer{};
        const ssize_t n = poll(&fd, 1, 0) > 0 ? read(stdout_, buffer.data(), buffer.size()) : 0;
        if (n <= 0) return printed_;
        printed_.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

std::uint64_t LiveJvm::truth(const std::string& key) const {
    const auto it = truth_.find(key);
    return it == truth_.end() ? 0 : it->second;
}

bool LiveJvm::alive() const {
    return kill(pid_, 0) == 0;
}

bool has_gc(const Jdk& jdk, const std::vector<std::string>& options) {
    std::vector<std::string> command = java_command(jdk);
    command.insert(command.end(), options.begin(), options.end());
    command.emplace_back("-version");
    return run(command).exit_code == 0;
}

}  // namespace nmtx::live
