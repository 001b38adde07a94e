// `nmtx record` as it is used: killed at any moment, interrupted, with a target that ends and comes again;
// and `nmtx gate`.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <list>
#include <memory>
#include <random>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "platform/record/record_store.h"

using namespace nmtx::live;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// nmtx in the background, until it is told to end.
class Background {
  public:
    explicit Background(const std::vector<std::string>& arguments) : pid_(start_nmtx(arguments)) {}
    ~Background() {
        if (pid_ > 0) end(SIGKILL);
    }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // The status of waitpid.
    int end(int signal) {
        ::kill(pid_, signal);
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }
    int wait() {
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }

  private:
    pid_t pid_;
};

std::size_t samples_in(const std::string& file) {
    const auto record = nmtx::read_record(file);
    if (!record) return 0;
    std::size_t samples = 0;
    for (const auto& series : *record) samples += series.samples.size();
    return samples;
}

std::size_t runs_in(const std::string& file) {
    const auto record = nmtx::read_record(file);
    return record ? record->size() : 0;
}

int connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return client;
    close(client);
    return -1;
}

std::string integrity_of(const std::string& file) {
    auto database = nmtx::RecordDatabase::open_for_writing(file);
    if (!database) return nmtx::to_string(database.error());
    auto check = database->prepare("PRAGMA integrity_check");
    const auto row = database->step(*check);
    return row && *row ? check->text(0) : "no answer";
}

void check_whole(const std::string& file) {
    CHECK(integrity_of(file) == "ok");
    const auto record = nmtx::read_record(file);
    REQUIRE(record);
    for (const auto& series : *record) {
        std::int64_t last = 0;
        for (const auto& sample : series.samples) {
            CHECK(nmtx::resident_below(sample, "") == sample.rss);
            CHECK(sample.time.line_ms >= last);
            last = sample.time.line_ms;
        }
    }
}

}  // namespace

TEST_CASE("live: record: fifty kills at random moments leave a whole record with every sample that was kept",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/killed.db";
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {"leak=1000x1009"});
    std::mt19937 random(4711);
    std::size_t before = 0;
    for (int kill = 0; kill < 50; ++kill) {
        CAPTURE(kill);
        Background record({"record", jvm.pid_text(), "--every=50ms", "-o", file});
        REQUIRE(comes_true([&] { return samples_in(file) > before; }));
        ::poll(nullptr, 0, static_cast<int>(random() % 150));
        const std::size_t kept = samples_in(file);
        const int status = record.end(SIGKILL);
        CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
        before = samples_in(file);
        CHECK(before >= kept);
    }
    check_whole(file);
    CHECK(runs_in(file) == 1);  // each recorder went on with the run of the one before it
    CHECK(jvm.alive());
}

TEST_CASE("live: record: a signal ends it in order: a summary, one file, exit code 0", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/ended.db";
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    for (const int signal : {SIGINT, SIGTERM}) {
        Background record({"record", jvm.pid_text(), "--every=50ms", "-o", file});
        const std::size_t before = samples_in(file);
        REQUIRE(comes_true([&] { return samples_in(file) > before + 3; }));
        const int status = record.end(signal);
        CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
    CHECK_FALSE(std::filesystem::exists(file + "-wal"));
    const auto record = nmtx::read_record(file);
    REQUIRE(record);
    REQUIRE(record->size() == 1);
    CHECK((*record)[0].run.end == "interrupted");
    CHECK((*record)[0].run.nmt_level == "summary");
    check_whole(file);
}

TEST_CASE("live: record: light samples in between ask for NMT's totals alone, and have the whole RSS") {
    const Folder folder;
    const std::string file = folder.path() + "/light.db";
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {"leak=20000x1009"});
    const Outcome outcome =
        run_nmtx({"record", jvm.pid_text(), "--every=100ms", "--walk-every=5", "--for=2s", "-o", file});
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.err.find("the time is over") != std::string::npos);
    CHECK(outcome.err.find("ms of CPU") != std::string::npos);
    const auto record = nmtx::read_record(file);
    REQUIRE(record);
    REQUIRE(record->size() == 1);
    const auto& samples = (*record)[0].samples;
    REQUIRE(samples.size() >= 6);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        CAPTURE(i);
        CHECK((samples[i].depth == nmtx::Depth::full) == (i % 5 == 0));
        CHECK(nmtx::resident_below(samples[i], "") == samples[i].rss);
        CHECK(nmtx::resident_below(samples[i], "malloc") > nmtx::mib(19));
        CHECK(samples[i].nmt.has_value());
        CHECK(samples[i].heap_used.has_value());
        CHECK(samples[i].malloc.has_value() == (i % 5 == 0));
        CHECK(samples[i].threads.value_or(0) > 5);
    }
    CHECK(nmtx::resident_below(samples[0], "malloc/untracked") > nmtx::mib(19));
}

TEST_CASE("live: record: the same command that is started again is a further run of the record",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/again.db";
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> options{"-Xmx64m", "-Dnmtx.test=" + folder.path()};
    auto jvm = std::make_unique<LiveJvm>(jdk, options, std::vector<std::string>{});
    Background record({"record", jvm->pid_text(), "--every=50ms", "--wait=60s", "-o", file});
    REQUIRE(comes_true([&] { return samples_in(file) > 2; }));
    jvm.reset();
    jvm = std::make_unique<LiveJvm>(jdk, options, std::vector<std::string>{});
    REQUIRE(comes_true([&] { return runs_in(file) == 2; }));
    record.end(SIGINT);
    const auto runs = nmtx::read_record(file);
    REQUIRE(runs);
    CHECK((*runs)[0].run.end == "the process ended");
    CHECK((*runs)[1].run.pid == static_cast<std::uint64_t>(jvm->pid()));
    CHECK((*runs)[0].run.command == (*runs)[1].run.command);
    check_whole(file);
}

TEST_CASE("live: record: with --wait=0 it ends with the process", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/once.db";
    auto jvm = std::make_unique<LiveJvm>(jdk_under_test(), std::vector<std::string>{"-Xmx64m"},
                                         std::vector<std::string>{});
    Background record({"record", jvm->pid_text(), "--every=50ms", "--wait=0", "-o", file});
    REQUIRE(comes_true([&] { return samples_in(file) > 2; }));
    jvm.reset();
    const int status = record.wait();
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    check_whole(file);
}

TEST_CASE("live: record: --all has every JVM of the host, those that start later too", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/all.db";
    const Jdk jdk = jdk_under_test();
    const LiveJvm first(jdk, {"-Xmx64m"}, {});
    Background record({"record", "--all", "--every=200ms", "--walk-every=never", "-o", file});
    const auto has = [&](const LiveJvm& jvm) {
        const auto runs = nmtx::read_record(file);
        if (!runs) return false;
        for (const auto& series : *runs) {
            if (series.run.pid == static_cast<std::uint64_t>(jvm.pid()) && series.samples.size() > 1)
                return true;
        }
        return false;
    };
    CHECK(comes_true([&] { return has(first); }));
    const LiveJvm second(jdk, {"-Xmx64m"}, {});
    CHECK(comes_true([&] { return has(second); }));
    const int status = record.end(SIGTERM);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    check_whole(file);
}

TEST_CASE("live: record: --all: JVMs that do not answer cost the others nothing, and delay no end",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/all.db";
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> options{"-Xmx32m", "-XX:+UseSerialGC", "-XX:NativeMemoryTracking=summary"};
    const LiveJvm good(jdk, options, {});
    std::list<LiveJvm> stopped;
    for (int i = 0; i < 3; ++i)
        kill(stopped.emplace_back(jdk, options, std::vector<std::string>{}).pid(), SIGSTOP);
    // The listener serves one client after the other, so the next one waits.
    const LiveJvm silent(jdk, options, {});
    REQUIRE(run_nmtx({"nmt", silent.pid_text(), "summary"}).exit_code == 0);
    const int client = connect_to("/proc/" + silent.pid_text() + "/root/tmp/.java_pid" + silent.pid_text());
    REQUIRE(client >= 0);
    Background record(
        {"record", "--all", "--every=250ms", "--walk-every=never", "--attach-timeout=30s", "-o", file});
    const auto samples_of = [&](const LiveJvm& jvm) {
        const auto runs = nmtx::read_record(file);
        std::vector<nmtx::Sample> samples;
        if (!runs) return samples;
        for (const auto& series : *runs) {
            if (series.run.pid == static_cast<std::uint64_t>(jvm.pid())) samples = series.samples;
        }
        return samples;
    };
    CHECK(comes_true([&] { return samples_of(good).size() >= 33; }));
    const auto began = Clock::now();
    const int status = record.end(SIGTERM);
    CHECK(Clock::now() - began < 3s);  // one that waits takes thirty
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    close(client);
    for (const LiveJvm& jvm : stopped) kill(jvm.pid(), SIGCONT);
    const auto samples = samples_of(good);
    REQUIRE(samples.size() >= 33);
    const auto ms = samples.back().time.boot_ms - samples.front().time.boot_ms;
    CHECK(static_cast<double>(samples.size() - 1) >= 0.95 * static_cast<double>(ms) / 250);
    for (const LiveJvm& jvm : stopped) CHECK(samples_of(jvm).size() >= 30);  // the kernel answers for them
    check_whole(file);
}

TEST_CASE("live: record: a file that is removed under it is begun anew, and the end claims what is there",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/removed.db";
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    Background record({"record", jvm.pid_text(), "--every=50ms", "-o", file});
    REQUIRE(comes_true([&] { return samples_in(file) > 5; }));
    std::filesystem::remove(file);
    REQUIRE(comes_true([&] { return samples_in(file) > 5; }));
    const int status = record.end(SIGTERM);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    const auto runs = nmtx::read_record(file);
    REQUIRE(runs);
    REQUIRE((*runs)[0].gaps.size() == 1);
    CHECK((*runs)[0].gaps[0].reason.find("removed") != std::string::npos);
    std::string text = run_nmtx({"trend", file}).out;
    std::replace(text.begin(), text.end(), '\n', ' ');
    CHECK(text.find("the file was removed while it was recorded") != std::string::npos);
    check_whole(file);
}

TEST_CASE("live: record: restarts give one run, with the growth that one recorder sees beside them") {
    const Folder folder;
    const std::string whole = folder.path() + "/whole.db", split = folder.path() + "/split.db";
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    Background beside({"record", jvm.pid_text(), "--every=100ms", "--walk-every=never", "-o", whole});
    REQUIRE(comes_true([&] { return samples_in(whole) > 0; }));
    for (int i = 0; i < 5; ++i) {
        const std::size_t before = samples_in(split);
        Background record({"record", jvm.pid_text(), "--every=100ms", "--walk-every=never", "-o", split});
        REQUIRE(comes_true([&] { return samples_in(split) > before + 5; }));
        record.end(i % 2 == 0 ? SIGTERM : SIGKILL);
    }
    beside.end(SIGTERM);
    CHECK(runs_in(split) == 1);
    CHECK(runs_in(whole) == 1);
    const auto of = [](const std::string& file) {
        return nlohmann::json::parse(run_nmtx({"trend", file, "--json", "--warm-up=0"}).out)["runs"].at(0);
    };
    const auto one = of(whole), other = of(split);
    CHECK(other["samples"] >= 30);
    CHECK(other["rss"]["verdict"] == one["rss"]["verdict"]);
    check_whole(split);
}

TEST_CASE("live: record: what cannot be recorded is refused, and no file is left", "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/none.db";
    const Outcome outcome = run_nmtx({"record", "4194304", "-o", file});
    CHECK(outcome.exit_code == 1);
    CHECK_FALSE(std::filesystem::exists(file));
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    const Outcome no_folder = run_nmtx({"record", jvm.pid_text(), "-o", folder.path() + "/no/folder.db"});
    CHECK(no_folder.exit_code == 1);
    CHECK(no_folder.err.find("no such file or directory") != std::string::npos);
}

TEST_CASE("live: gate: growth beyond the bound fails with the owner that grew most, by capture and by record",
          "[any-jdk]") {
    const Folder folder;
    const std::string capture = folder.path() + "/before.nmtx", file = folder.path() + "/before.db";
    const Jdk jdk = jdk_under_test();
    {
        const LiveJvm before(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
        REQUIRE(run_nmtx({"capture", before.pid_text(), "-o", capture}).exit_code == 0);
        REQUIRE(
            run_nmtx({"record", before.pid_text(), "--every=100ms", "--for=300ms", "-o", file}).exit_code ==
            0);
    }
    const LiveJvm after(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {"leak=60000x1009"});
    for (const std::string& baseline : {capture, file}) {
        CAPTURE(baseline);
        const Outcome failed =
            run_nmtx({"gate", after.pid_text(), "--baseline", baseline, "--max-growth", "30MiB"});
        CHECK(failed.exit_code == 3);
        CHECK(failed.out.find("failed: RSS grew by") == 0);
        CHECK(failed.out.find("most: malloc/untracked/libtarget.so") != std::string::npos);
        CHECK(run_nmtx({"gate", after.pid_text(), "--baseline", baseline, "--max-growth=1G"}).exit_code == 0);
        CHECK(run_nmtx({"gate", file, "--baseline", baseline, "--max-growth=30MiB"}).exit_code == 0);
        CHECK(
            run_nmtx({"gate", after.pid_text(), "--baseline", baseline, "--max-growth=30MiB", "--owner=file"})
                .exit_code == 0);
    }
    CHECK(run_nmtx({"gate", after.pid_text(), "--baseline", folder.path() + "/none", "--max-growth=1G"})
              .exit_code == 1);
}
