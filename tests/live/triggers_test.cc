// Evidence before the kill: a JVM that grows at a known rate in a cgroup with a limit, until the kernel kills
// it.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "live/memory_cgroup.h"
#include "text_parts.h"

using namespace nmtx::live;
using nmtx::test::has;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mib_bytes = std::uint64_t{1} << 20U;

// A JVM of its own, since one that is killed has not failed here. Its input is a pipe that we hold.
class MortalJvm {
  public:
    MortalJvm(const Jdk& jdk, const std::vector<std::string>& options,
              const std::vector<std::string>& arguments) {
        std::vector<std::string> words = java_command(jdk);
        words.insert(words.end(), options.begin(), options.end());
        for (const char* word : {"-cp", "", "Growth", ""}) words.emplace_back(word);
        words[words.size() - 3] = targets_for(jdk);
        words.back() = "lib=" + targets_for(jdk) + "/libtarget.so";
        words.insert(words.end(), arguments.begin(), arguments.end());
        int input[2] = {-1, -1};
        REQUIRE(pipe(input) == 0);
        output_ = memfd_create("output", MFD_CLOEXEC);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(input[0], STDIN_FILENO);
            dup2(output_, STDOUT_FILENO);
            close(input[1]);
            std::vector<char*> call;
            for (std::string& word : words) call.push_back(word.data());
            call.push_back(nullptr);
            execvp(call[0], call.data());
            _exit(127);
        }
        close(input[0]);
        input_ = input[1];
    }
    ~MortalJvm() {
        close(input_);
        close(output_);
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    MortalJvm(const MortalJvm&) = delete;
    MortalJvm& operator=(const MortalJvm&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }
    // Its main() has begun, and so has all that comes before.
    [[nodiscard]] bool is_ready() const {
        std::array<char, 4096> text{};
        const ssize_t got = pread(output_, text.data(), text.size(), 0);
        return got > 0 && has(std::string(text.data(), static_cast<std::size_t>(got)), "ready pid=");
    }
    // The status of waitpid.
    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }

  private:
    pid_t pid_ = -1;
    int input_ = -1, output_ = -1;
};

class Recorder {
  public:
    explicit Recorder(const std::vector<std::string>& arguments) : pid_(start_nmtx(arguments)) {}
    ~Recorder() { end(SIGTERM); }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    void end(int signal) {
        if (pid_ <= 0) return;
        kill(pid_, signal);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    // Of one that ends by itself.
    int wait() {
        int status = -1;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }

  private:
    pid_t pid_;
};

std::vector<fs::path> folders_in(const std::string& directory) {
    std::vector<fs::path> found;
    if (!fs::exists(directory)) return found;
    for (const auto& entry : fs::directory_iterator(directory)) found.push_back(entry.path());
    return found;
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// A capture that gives a report, a ticket in both forms, and no temporary file.
void check_whole(const fs::path& folder) {
    INFO(folder.string());
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 3);
    const Outcome report = run_nmtx({"report", (folder / "capture.nmtx").string(), "--json"});
    INFO(report.err);
    CHECK(report.exit_code == 0);
    CHECK(nlohmann::json::parse(report.out)["rss_bytes"].get<std::uint64_t>() > 10 * mib_bytes);
    CHECK(has(text_of(folder / "ticket.md"), "Taken because"));
    CHECK(has(text_of(folder / "ticket.html"), "</html>"));
}

std::uint64_t bytes_in(const std::string& directory) {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
}

}  // namespace

TEST_CASE("live: evidence: an OOM kill leaves one capture and one ticket from before it", "[any-jdk]") {
    const Folder folder;
    const std::string evidence = folder.path() + "/evidence";
    const MemoryCgroup cgroup(160 * mib_bytes);
    if (!cgroup.made()) {
        WARN("no cgroup with a memory limit could be made here: this is not tested");
        return;
    }
    MortalJvm jvm(jdk_under_test(), {"-XX:+UseSerialGC", "-Xmx32m", "-XX:NativeMemoryTracking=summary"},
                  {"native=10485760", "delay=1500"});
    REQUIRE(cgroup.move(jvm.pid()));
    Recorder recorder({"record", std::to_string(jvm.pid()), "--every=1s", "--wait=0", "-o",
                       folder.path() + "/app.db", "--when", "usage 80%", "--when", "rss 200m", "--when",
                       "end", "--evidence", evidence});
    const int status = jvm.wait();
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(cgroup.oom_kills() >= 1);
    recorder.wait();
    const auto folders = folders_in(evidence);
    REQUIRE(folders.size() == 1);
    CHECK(has(folders[0].string(), "-usage"));
    check_whole(folders[0]);
    CHECK(has(text_of(folders[0] / "ticket.md"), "of its limit of 160.0 MiB"));
}

TEST_CASE("live: evidence: a process that ends leaves its last snapshot, and the program gets the paths") {
    const Folder folder;
    const std::string evidence = folder.path() + "/evidence", program = folder.path() + "/notify";
    {
        std::ofstream out(program);
        out << "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >" << folder.path() << "/got.tmp\nmv "
            << folder.path() << "/got.tmp " << folder.path() << "/got\n";
    }
    fs::permissions(program, fs::perms::owner_all);
    auto jvm = std::make_unique<LiveJvm>(jdk_under_test(), std::vector<std::string>{"-Xmx64m"},
                                         std::vector<std::string>{});
    Recorder recorder({"record", jvm->pid_text(), "--every=200ms", "--wait=30s", "-o",
                       folder.path() + "/app.db", "--when", "end", "--evidence", evidence, "--run", program});
    REQUIRE(comes_true([&] { return fs::exists(folder.path() + "/app.db"); }));
    jvm.reset();
    REQUIRE(comes_true([&] { return fs::exists(folder.path() + "/got"); }));
    const auto folders = folders_in(evidence);
    REQUIRE(folders.size() == 1);
    check_whole(folders[0]);
    CHECK(text_of(folder.path() + "/got") == "3\n" + (folders[0] / "capture.nmtx").string() + "\n" +
                                                 (folders[0] / "ticket.md").string() + "\n" +
                                                 (folders[0] / "ticket.html").string() + "\n");
}

TEST_CASE("live: evidence: the directory keeps its bound, and what is not ours stays in it", "[any-jdk]") {
    const Folder folder;
    const std::string evidence = folder.path() + "/evidence";
    fs::create_directory(evidence);
    for (const char* old : {"20200101T000000Z-pid1-usage", "20210101T000000Z-pid1-end"}) {
        fs::create_directory(evidence + "/" + old);
        std::ofstream(evidence + "/" + old + "/capture.nmtx") << std::string(900'000, 'x');
    }
    std::ofstream(evidence + "/notes.txt") << std::string(3'000'000, 'x');
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    Recorder recorder({"record", jvm.pid_text(), "--every=200ms", "-o", folder.path() + "/app.db", "--when",
                       "rss 5m", "--evidence", evidence, "--evidence-max=2m"});
    REQUIRE(comes_true([&] {
        for (const auto& one : folders_in(evidence)) {
            if (fs::exists(one / "ticket.html")) return true;
        }
        return false;
    }));
    recorder.end(SIGTERM);
    CHECK(fs::exists(evidence + "/notes.txt"));
    CHECK_FALSE(fs::exists(evidence + "/20200101T000000Z-pid1-usage"));
    CHECK(bytes_in(evidence) - 3'000'000 <= 2 * mib_bytes);
}

TEST_CASE("live: evidence: a shutdown by SIGTERM is seen while the hooks run") {
    const Folder folder;
    const std::string evidence = folder.path() + "/evidence";
    MortalJvm jvm(jdk_under_test(), {"-Xmx64m"}, {"shutdown=4000"});
    REQUIRE(comes_true([&] { return jvm.is_ready(); }));
    Recorder recorder({"record", std::to_string(jvm.pid()), "--every=200ms", "--wait=0", "-o",
                       folder.path() + "/app.db", "--when", "term", "--evidence", evidence});
    // It is watched from the first sample on.
    REQUIRE(comes_true(
        [&] { return has(run_nmtx({"trend", folder.path() + "/app.db", "--json"}).out, "\"samples\""); }));
    kill(jvm.pid(), SIGTERM);
    jvm.wait();
    recorder.wait();
    const auto folders = folders_in(evidence);
    REQUIRE(folders.size() == 1);
    CHECK(has(folders[0].string(), "-term"));
    check_whole(folders[0]);
}

TEST_CASE("live: evidence: a condition that can never be met is refused before anything is recorded",
          "[any-jdk]") {
    const Folder folder;
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    const Outcome no_program =
        run_nmtx({"record", jvm.pid_text(), "-o", folder.path() + "/a.db", "--when", "end", "--evidence",
                  folder.path() + "/e", "--run", folder.path() + "/none"});
    CHECK(no_program.exit_code == 1);
    CHECK(has(no_program.err, "--run takes one executable file"));
    const Outcome no_directory = run_nmtx({"record", jvm.pid_text(), "-o", folder.path() + "/a.db", "--when",
                                           "end", "--evidence", folder.path() + "/no/such"});
    CHECK(no_directory.exit_code == 1);
    CHECK_FALSE(fs::exists(folder.path() + "/a.db"));
}
