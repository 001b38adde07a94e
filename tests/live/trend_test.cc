// `nmtx record` and `nmtx trend` on JVMs that grow at known rates. A minute of a real leak is a second here.
// The truth is the target's own account of what it took, over the very window that the trend looked at.
#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <memory>

#include "catch.h"
#include "live/growing_jvm.h"

using namespace nmtx::live;

namespace {

// The first third of the JVM's life is left out of it.
const std::vector<std::string> for_a_while{"--every=250ms", "--walk-every=2", "--for=15s"};

// A file that the JVM under test writes: by its name there, and by ours.
class SharedFile {
  public:
    explicit SharedFile(const Folder& folder, const char* name)
        : inside_("/var/tmp/" + folder.path().substr(folder.path().rfind('/') + 1) + name),
          outside_(jdk_under_test().chroot + inside_) {}
    ~SharedFile() {
        std::error_code ignored;
        std::filesystem::remove(outside_, ignored);
    }
    SharedFile(const SharedFile&) = delete;
    SharedFile& operator=(const SharedFile&) = delete;
    [[nodiscard]] const std::string& inside() const { return inside_; }
    [[nodiscard]] const std::string& outside() const { return outside_; }

  private:
    std::string inside_, outside_;
};

// What a target takes each second; "@" stands for a file of its own.
struct Rates {
    std::vector<std::string> options;
    const char* nmt = "summary";
};

class Growing {
  public:
    explicit Growing(const Rates& rates)
        : jvm_(jdk_under_test(), {std::string("-XX:NativeMemoryTracking=") + rates.nmt, "-Xmx128m"},
               with_files(rates.options), "Growth"),
          recorded_(record_and_judge(jvm_.pid_text(), folder_.path() + "/record.db", for_a_while)) {}

    [[nodiscard]] const nlohmann::json& run() const { return recorded_.run; }
    [[nodiscard]] int exit_code() const { return recorded_.exit_code; }
    [[nodiscard]] const nlohmann::json& first() const { return recorded_.run["owners"].at(0); }
    [[nodiscard]] double truth(const std::string& key) const {
        return slope_of_accounts(accounts_.outside(), key, run()["from_unix_ms"], run()["to_unix_ms"]);
    }
    [[nodiscard]] const std::string& record() const { return record_; }
    // What `nmtx PID --record FILE.db` finds by a rule: its severity, empty where it finds nothing.
    [[nodiscard]] std::string severity_by(const std::string& rule) const {
        if (findings_.is_null()) findings_ = nmtx_json({jvm_.pid_text(), "--record", record_})["findings"];
        for (const auto& finding : findings_) {
            if (finding["rule"] == rule) return finding["severity"];
        }
        return "";
    }
    [[nodiscard]] bool has_problem() const {
        static_cast<void>(severity_by("nothing-wrong"));
        return findings_.at(0)["severity"] == "problem";
    }

  private:
    std::vector<std::string> with_files(std::vector<std::string> rates) const {
        for (std::string& rate : rates) {
            if (const auto at = rate.find('@'); at != std::string::npos)
                rate.replace(at, 1, mapped_.inside());
        }
        rates.push_back("accounts=" + accounts_.inside());
        return rates;
    }

    Folder folder_;
    std::string record_ = folder_.path() + "/record.db";
    SharedFile accounts_{folder_, ".accounts"}, mapped_{folder_, ".mapped"};
    LiveJvm jvm_;
    Recorded recorded_;
    mutable nlohmann::json findings_;
};

enum Kind : std::size_t { direct, classes, threads, mapped, work, native, retained, kinds };

const std::array<Rates, kinds> rates_of{{{{"direct=1048576"}},
                                         {{"classes=500"}, "detail"},
                                         {{"threads=10"}},
                                         {{"mapped=@:1048576"}},
                                         {{"work=1"}},
                                         {{"native=1048576", "garbage=52428800"}},
                                         // More than of the others: what the JVM's own threads free, a MiB or
                                         // so at a time, lies in the same row.
                                         {{"retained=4194304"}}}};

// Most of a run is waiting: they grow side by side, and those that do not depend on the JDK by themselves.
std::unique_ptr<Growing> grown(Kind kind) {
    static std::array<std::future<std::unique_ptr<Growing>>, kinds> running;
    const std::size_t first = kind < native ? 0 : native;
    const std::size_t last = kind < native ? native : kinds;
    if (!running[kind].valid()) {
        for (std::size_t i = first; i < last; ++i)
            running[i] =
                std::async(std::launch::async, [i] { return std::make_unique<Growing>(rates_of[i]); });
    }
    return running[kind].get();
}

double per_second(const nlohmann::json& row) {
    return row["per_hour"].get<double>() / 3600;
}

void check_rate(const Growing& growing, const nlohmann::json& row, const std::string& account) {
    INFO(row.dump(1));
    const double truth = growing.truth(account);
    CHECK(truth > 0);
    CHECK(per_second(row) == Approx(truth).epsilon(0.05));
}

}  // namespace

TEST_CASE("live: trend: JNI code that leaks 1 MiB a step comes first, beside 50 MiB of Java garbage",
          "[any-jdk]") {
    const auto grown_jvm = grown(native);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    CHECK(growing.first()["owner"] == "malloc/untracked/libtarget.so");
    CHECK(growing.first()["verdict"] == "leak");
    CHECK(growing.exit_code() == 3);
    check_rate(growing, growing.first(), "native");
    check_rate(growing, row_of(growing.run(), "malloc live untracked"), "native");
    CHECK(growing.severity_by("jni-malloc") == "problem");
    CHECK(growing.severity_by("zlib").empty());
    CHECK(run_nmtx({"trend", growing.record()}).out.find("malloc/untracked/libtarget.so, leak: ") !=
          std::string::npos);
}

TEST_CASE("live: trend: direct buffers are a leak of NMT's malloc") {
    const auto grown_jvm = grown(direct);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    // Internal until JDK 10, then Other.
    const std::string owner = growing.first()["owner"];
    CHECK((owner == "malloc/nmt-tracked/other" || owner == "malloc/nmt-tracked/internal"));
    CHECK(growing.first()["verdict"] == "leak");
    CHECK(growing.exit_code() == 3);
    check_rate(growing, growing.first(), "direct");
    CHECK(growing.severity_by("direct-buffers") == "problem");
    CHECK(growing.severity_by("jni-malloc").empty());
}

TEST_CASE("live: trend: class loaders that stay are a leak of metaspace") {
    const auto grown_jvm = grown(classes);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    const std::string owner = growing.first()["owner"];
    CHECK((owner == "jvm/metaspace" || owner == "jvm/class"));
    CHECK(growing.first()["verdict"] == "leak");
    CHECK(growing.exit_code() == 3);
    check_rate(growing, growing.first(), "metaspace");
    CHECK(growing.severity_by("metaspace") == "problem");
    CHECK(growing.severity_by("jni-malloc").empty());
}

TEST_CASE("live: trend: threads that stay are a leak of stacks, and are counted") {
    const auto grown_jvm = grown(threads);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    CHECK(growing.first()["owner"] == "jvm/thread stack");
    CHECK(growing.first()["verdict"] == "leak");
    CHECK(growing.exit_code() == 3);
    check_rate(growing, row_of(growing.run(), "threads"), "threads");
}

TEST_CASE("live: trend: what is freed and kept by malloc is retention, and no leak", "[any-jdk]") {
    const auto grown_jvm = grown(retained);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    CHECK(growing.first()["owner"] == "malloc/free/bins");
    CHECK(growing.first()["verdict"] == "retention");
    // Ten seconds rule no leak out: 1 where something else has grown a little.
    CHECK(growing.exit_code() != 3);
    CHECK(growing.run()["leak"] == false);
    check_rate(growing, growing.first(), "retained");
    CHECK(row_of(growing.run(), "malloc free kept")["verdict"] == "retention");
    CHECK(growing.severity_by("retention") == "warning");
    CHECK(growing.severity_by("jni-malloc") != "problem");
}

TEST_CASE("live: trend: pages of a mapped file that are touched one by one are a leak of mapped data") {
    const auto grown_jvm = grown(mapped);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    CHECK(growing.first()["owner"] == "file/mapped data");
    CHECK(growing.first()["verdict"] == "leak");
    CHECK(growing.exit_code() == 3);
    check_rate(growing, growing.first(), "mapped");
}

TEST_CASE("live: trend: a JVM that only warms up has no leak") {
    const auto grown_jvm = grown(work);
    const Growing& growing = *grown_jvm;
    INFO(growing.run().dump(1));
    CHECK(growing.run()["full_samples"].get<int>() >= 12);
    CHECK(growing.exit_code() != 3);  // 1 where something has grown a little: seconds decide nothing
    CHECK(growing.run()["leak"] == false);
    CHECK_FALSE(growing.has_problem());
}
