// `nmtx serve` beside real JVMs, read as node_exporter reads its text file.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "metrics/otlp_message.h"
#include "platform/record/record_store.h"

using namespace nmtx::live;

namespace {

class Serving {
  public:
    explicit Serving(std::vector<std::string> options)
        : Serving({"--cpu-budget=100", "--walk-every=1"}, std::move(options)) {}
    Serving(std::vector<std::string> effort, std::vector<std::string> options) {
        words_ = {"serve", "--textfile", folder_.path(), "--every=1s", "--pid-label"};
        words_.insert(words_.end(), effort.begin(), effort.end());
        words_.insert(words_.end(), options.begin(), options.end());
        pid_ = start_nmtx(words_);
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        if (pid_ > 0) end();
    }
    int end() {
        ::kill(pid_, SIGTERM);
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }
    [[nodiscard]] std::string text() const {
        const std::ifstream in(folder_.path() + "/nmtx.prom", std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    // The lines of this series that have that part in their labels.
    [[nodiscard]] std::vector<std::string> lines(const std::string& name, const std::string& part) const {
        std::istringstream in(text());
        std::vector<std::string> found;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with(name + "{") && line.find(part) != std::string::npos) found.push_back(line);
        }
        return found;
    }

  private:
    Folder folder_;
    std::vector<std::string> words_;
    pid_t pid_ = -1;
};

double value_of(const std::string& line) {
    return std::stod(line.substr(line.rfind(' ') + 1));
}

double sum_of(const std::vector<std::string>& lines) {
    double sum = 0;
    for (const std::string& line : lines) sum += value_of(line);
    return sum;
}

// Idle processes that are no JVMs.
class Sleepers {
  public:
    explicit Sleepers(std::size_t number) {
        for (std::size_t i = 0; i < number; ++i) {
            const pid_t pid = ::fork();
            if (pid == 0) {
                ::execlp("sleep", "sleep", "600", nullptr);
                ::_exit(127);
            }
            pids_.push_back(pid);
        }
    }
    Sleepers(const Sleepers&) = delete;
    Sleepers& operator=(const Sleepers&) = delete;
    ~Sleepers() {
        for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
        for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
    }

  private:
    std::vector<pid_t> pids_;
};

std::string pid_label(const LiveJvm& jvm) {
    return "pid=\"" + jvm.pid_text() + "\"";
}

}  // namespace

TEST_CASE("live: serve: the owners of a JVM sum to its RSS, and a JVM that ends is shown no more",
          "[any-jdk]") {
    Serving serving({});
    auto jvm = std::make_unique<LiveJvm>(
        jdk_under_test(), std::vector<std::string>{"-XX:NativeMemoryTracking=summary", "-Xmx64m"},
        std::vector<std::string>{"leak=10000x1009"});
    const std::string mine = pid_label(*jvm);
    REQUIRE(comes_true([&] {
        const auto full = serving.lines("nmtx_owners_full", mine);
        return full.size() == 1 && value_of(full[0]) == 1;
    }));
    REQUIRE(comes_true([&] {
        // Each text is of one time: owners and totals are both of the last full sample.
        const auto rss = serving.lines("nmtx_rss_bytes", mine);
        return rss.size() == 1 && sum_of(serving.lines("nmtx_resident_bytes", mine)) == value_of(rss[0]);
    }));
    const auto up = serving.lines("nmtx_up", mine);
    REQUIRE(up.size() == 1);
    CHECK(up[0].find("main_class=\"Target\"") != std::string::npos);
    CHECK(value_of(up[0]) == 1);
    CHECK(serving.lines("jvm_native_memory_committed_bytes", mine).size() > 5);
    CHECK(serving.lines("nmtx_untracked_bytes", mine).size() == 3);
    CHECK(serving.lines("nmtx_threads", mine).size() >= 3);
    CHECK_FALSE(serving.lines("nmtx_question_seconds", mine).empty());
    jvm.reset();
    CHECK(comes_true([&] { return serving.lines("nmtx_up", mine).empty(); }));
    const int status = serving.end();
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("live: serve: two JVMs with the same labels have an index each", "[any-jdk]") {
    Serving serving({});
    const std::vector<std::string> options{"-Xmx64m"};
    const LiveJvm first(jdk_under_test(), options, {});
    REQUIRE(comes_true([&] { return serving.lines("nmtx_up", pid_label(first)).size() == 1; }));
    const std::string before = serving.lines("nmtx_up", pid_label(first))[0];
    const LiveJvm second(jdk_under_test(), options, {});
    REQUIRE(comes_true([&] { return serving.lines("nmtx_up", pid_label(second)).size() == 1; }));
    CHECK(serving.lines("nmtx_up", pid_label(first)) == std::vector{before});
    const auto index = [](const std::string& line) {
        const std::size_t at = line.find("index=");
        return line.substr(at, line.find(',', at) - at);
    };
    CHECK(index(serving.lines("nmtx_up", pid_label(second))[0]) != index(before));
}

// Within its default budget. Until searches remembered what they had seen, the next one came after a minute.
TEST_CASE("live: serve: a JVM that starts beside many processes is found within seconds", "[any-jdk]") {
    const Sleepers sleepers(200);
    const Serving serving({}, {});
    Jdk late = jdk_under_test();
    // A search has seen the shell before it becomes a JVM.
    late.before = {"sh", "-c", R"(sleep 7; exec "$@")", "sh"};
    for (const Jdk& jdk : {late, jdk_under_test()}) {
        const LiveJvm jvm(jdk, {"-Xmx64m"}, {});
        const auto up = std::chrono::steady_clock::now();
        CHECK(comes_true([&] { return serving.lines("nmtx_up", pid_label(jvm)).size() == 1; }));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - up;
        CAPTURE(took.count());
        // 5 s between two searches, a quarter of a second for the loop, a sample, and the text; twice that
        // for a busy machine.
        CHECK(took.count() < 15);
    }
}

TEST_CASE("live: serve: with --record the history of a JVM outlives it", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/serve.db";
    std::uint64_t pid = 0;
    {
        Serving serving({"--record", file});
        auto jvm = std::make_unique<LiveJvm>(jdk_under_test(), std::vector<std::string>{"-Xmx64m"},
                                             std::vector<std::string>{});
        pid = std::stoull(jvm->pid_text());
        const std::string mine = pid_label(*jvm);
        REQUIRE(comes_true([&] { return serving.lines("nmtx_up", mine).size() == 1; }));
        jvm.reset();
        REQUIRE(comes_true([&] { return serving.lines("nmtx_up", mine).empty(); }));
        CHECK(serving.end() == 0);
    }
    const auto record = nmtx::read_record(file);
    REQUIRE(record);
    const auto found =
        std::find_if(record->begin(), record->end(), [&](const auto& one) { return one.run.pid == pid; });
    REQUIRE(found != record->end());
    CHECK_FALSE(found->samples.empty());
    CHECK(found->run.end == "the process ended");
}

TEST_CASE("live: serve: with --otlp each JVM is a line of OTLP, with the figures of the text", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/metrics.jsonl";
    Serving serving({"--otlp", file});
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    // The last line of this JVM.
    const auto last_line = [&] {
        nlohmann::json last;
        std::ifstream in(file, std::ios::binary);
        for (std::string line; std::getline(in, line) && !in.eof();) {
            const auto message = nlohmann::json::parse(line);
            CHECK(nmtx::test::otlp_faults(message).empty());
            const auto attributes = nmtx::test::resource_attributes(message);
            const auto pid = attributes.find("process.pid");
            if (pid != attributes.end() && pid->second == jvm.pid_text()) last = message;
        }
        return last;
    };
    // Each is of one time: owners and totals are both of the last full sample.
    REQUIRE(comes_true([&] {
        const nlohmann::json message = last_line();
        if (message.is_null()) return false;
        double owners = 0, rss = 0, full = 0;
        for (const auto& [series, value] : nmtx::test::prometheus_series(message)) {
            if (series.starts_with("nmtx_resident_bytes{")) owners += value;
            if (series.starts_with("nmtx_rss_bytes{")) rss = value;
            if (series.starts_with("nmtx_owners_full{")) full = value;
        }
        return full == 1 && rss > 0 && owners == rss;
    }));
    CHECK(nmtx::test::resource_attributes(last_line()).at("service.name") == "Target");
    CHECK(serving.end() == 0);
}
