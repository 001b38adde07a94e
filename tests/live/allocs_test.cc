// `nmtx allocs` on JVMs that allocate native memory at a known rate and place.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "catch.h"
#include "live/growing_jvm.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

std::int64_t unix_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// libjvm.so itself calls malloc there. What the C library allocates for it, as in fgets and qsort, is another
// matter: NMT does not know that.
bool has_calls_of_jvm(const nlohmann::json& report) {
    for (const auto& site : report["sites"]) {
        const auto& frames = site["frames"];
        if (site["library"].is_string() && site["library"].get<std::string>().ends_with("/libjvm.so") &&
            frames.size() > 1 && frames[1] == site["function"])
            return true;
    }
    return false;
}

// The target writes its accounts there: as it sees the file, and as we do.
struct Accounts {
    explicit Accounts(const Jdk& jdk)
        : inside("/var/tmp/nmtx-allocs-" + std::to_string(::getpid())), outside(jdk.chroot + inside) {}
    ~Accounts() {
        std::error_code ignored;
        std::filesystem::remove(outside, ignored);
    }
    Accounts(const Accounts&) = delete;
    Accounts& operator=(const Accounts&) = delete;

    std::string inside, outside;
};

// Does its interval, widened by `tolerance` of its value, hold the true sum?
bool holds(const nlohmann::json& estimate, double truth, double tolerance) {
    const double wider = tolerance * estimate["value"].get<double>();
    return estimate["low"].get<double>() - wider <= truth && truth <= estimate["high"].get<double>() + wider;
}

// A Growth with `words`, sampled with --live, and by how much its account grew in such a time.
struct SampledGrowth {
    SampledGrowth(const std::vector<std::string>& words, const std::string& account,
                  const std::string& length)
        : accounts(jdk), jvm(jdk, {}, with_accounts(words), "Growth") {
        const std::int64_t from = unix_ms();
        report = nmtx_json({"allocs", jvm.pid_text(), "--live", "--for", length});
        const std::int64_t to = unix_ms();
        grown = slope_of_accounts(accounts.outside, account, from, to) *
                report["sampling"]["seconds"].get<double>();
    }
    [[nodiscard]] std::vector<std::string> with_accounts(std::vector<std::string> words) const {
        words.insert(words.begin(), "accounts=" + accounts.inside);
        return words;
    }

    Jdk jdk = jdk_under_test();
    Accounts accounts;
    LiveJvm jvm;
    nlohmann::json report;
    double grown = 0;
};

// Writes what `nmtx allocs` says of it, for `nmtx diff`. A few windows make hardly anything certain: on a
// busy machine the first ones may have cost so much that there are no more.
std::string saved_run(const LiveJvm& jvm, const Folder& folder, const std::string& name) {
    std::string file = folder.path() + "/" + name + ".json";
    for (int tries = 0;; ++tries) {
        const Outcome outcome = run_nmtx({"allocs", jvm.pid_text(), "--live", "--for", "15s", "--json"});
        if (outcome.exit_code != 0) throw std::runtime_error(outcome.err);
        const auto windows = nlohmann::json::parse(outcome.out)["sampling"]["windows"].get<int>();
        if (windows < 6 && tries < 4) continue;
        std::ofstream(file) << outcome.out;
        return file;
    }
}

const nlohmann::json* keeping_site(const nlohmann::json& diff) {
    for (const auto& site : diff["sites"]) {
        if (site["library"] == "libtarget.so" && site["java"] == "Growth.keep") return &site;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("live allocs: of two runs the site that allocates more is a change, and the same one is none",
          "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    LiveJvm slow(jdk, {}, {"native=1000000"}, "Growth");
    LiveJvm fast(jdk, {}, {"native=8000000"}, "Growth");
    const std::string before = saved_run(slow, folder, "before"), same = saved_run(slow, folder, "same"),
                      after = saved_run(fast, folder, "after");
    const auto grown = nmtx_json({"diff", before, after});
    INFO(grown.dump(2));
    const auto* const site = keeping_site(grown);
    REQUIRE(site != nullptr);
    CHECK((*site)["bytes_per_second"]["certain"] == true);
    CHECK((*site)["bytes_per_second"]["change"]["value"].get<double>() > 2'000'000);
    CHECK((*site)["live_bytes_per_second"]["certain"] == true);
    CHECK(&grown["sites"][0] == site);
    const auto unchanged = nmtx_json({"diff", before, same});
    INFO(unchanged.dump(2));
    const auto* const again = keeping_site(unchanged);
    REQUIRE(again != nullptr);
    const auto& rate = (*again)["bytes_per_second"];
    CHECK(rate["change"]["low"].get<double>() < 300'000);
    CHECK(rate["change"]["high"].get<double>() > -300'000);
    const Outcome page = run_nmtx({"diff", before, after, "-o", folder.path() + "/change.html"});
    CHECK(page.exit_code == 0);
    CHECK(std::filesystem::file_size(folder.path() + "/change.html") > 100'000);
    CHECK(run_nmtx({"diff", before, fast.pid_text()}).err.find("nmtx allocs " + fast.pid_text()) !=
          std::string::npos);
}

TEST_CASE(
    "live allocs: a leak at a known rate is the first site, with its library, its method and its bytes") {
    const SampledGrowth growth({"native=4000000"}, "native", "12s");
    const auto& report = growth.report;
    INFO(report.dump(2));
    REQUIRE_FALSE(report["sites"].empty());
    const auto& first = report["sites"][0];
    CHECK(first["library"].get<std::string>().ends_with("libtarget.so"));
    CHECK(first["java"] == "Growth.keep");
    // The accounts have 1,024 bytes for a block of 1,009.
    const double truth = 1009.0 / 1024.0 * growth.grown;
    CHECK(holds(first["bytes"], truth, 0.05));
    // What stays was counted, so it is right where the windows are few.
    CHECK(report["sampling"]["live_counted"] == true);
    CHECK(first["live_bytes"]["value"].get<double>() == Approx(truth).epsilon(0.05));
    CHECK(holds(first["live_bytes"], truth, 0.03));
    // Without debug registers how much the first window will cost is not known.
    const double over = report["sampling"]["debug_registers"] == true ? 1.5 : 2.5;
    CHECK(report["cost"]["paid_share"].get<double>() <= over * report["cost"]["budget"].get<double>());
}

TEST_CASE("live allocs: a thread with few calls for large blocks, beside one with a million calls a second",
          "[any-jdk]") {
    const SampledGrowth growth({"large=5242880", "churn=1000000"}, "large", "15s");
    const auto& report = growth.report;
    INFO(report.dump(2));
    REQUIRE_FALSE(report["sites"].empty());
    const auto& first = report["sites"][0];
    CHECK(first["java"] == "Growth.keep");
    const double truth = growth.grown;
    // While it starts, the JVM may have other threads that call much: then few windows give no interval.
    const auto& bytes = first["bytes"];
    if (bytes["low"].is_number()) CHECK(holds(bytes, truth, 0.05));
    // Without debug registers the thread is only met by windows, and few of its blocks are.
    const bool registers = report["sampling"]["debug_registers"].get<bool>();
    if (registers) {
        CHECK(first["live_bytes"]["value"].get<double>() == Approx(truth).epsilon(0.05));
    } else if (first["live_bytes"]["low"].is_number()) {
        CHECK(holds(first["live_bytes"], truth, 0.05));
    }
    if (registers && report["sampling"]["one_for_several"] == false) {
        CHECK(bytes["value"].get<double>() > 0.5 * truth);
        CHECK(bytes["value"].get<double>() < 2 * truth);
    }
    CHECK((report["sampling"]["threads_watched"].get<double>() > 5) == registers);
    CHECK(report["cost"]["paid_share"].get<double>() <=
          (registers ? 2 : 3) * report["cost"]["budget"].get<double>());
}

TEST_CASE("live allocs: memory that a library maps without malloc", "[any-jdk]") {
    const SampledGrowth growth({"anonymous=8388608"}, "anonymous", "12s");
    const auto& report = growth.report;
    INFO(report.dump(2));
    REQUIRE_FALSE(report["sites"].empty());
    const auto& first = report["sites"][0];
    CHECK(first["library"].get<std::string>().ends_with("libtarget.so"));
    CHECK(first["java"] == "Growth.keepMapped");
    const double truth = growth.grown;
    // While it starts, the JVM may have other threads that call much: then few windows give no interval.
    for (const char* const figure : {"bytes", "live_bytes"}) {
        const auto& estimate = first[figure];
        if (estimate["low"].is_number()) CHECK(holds(estimate, truth, 0.05));
        CHECK(estimate["value"].get<double>() > 0.5 * truth);
        CHECK(estimate["value"].get<double>() < 1.5 * truth);
    }
    // What it maps itself, such as thread stacks, is the C library's.
    for (const auto& site : report["sites"]) {
        const auto& frames = site["frames"];
        if (!frames.empty() && frames[0] == "mmap")
            CHECK(site["library"].get<std::string>().find("libc.so") == std::string::npos);
    }
}

TEST_CASE("live allocs: blocks that are freed soon, and those that stay", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    LiveJvm jvm(jdk, {}, {"native=1000000", "work=1"}, "Growth");
    const auto report = nmtx_json({"allocs", jvm.pid_text(), "--free", "--for", "12s"});
    INFO(report.dump(2));
    REQUIRE(report["sampling"]["with_frees"] == true);
    CHECK(report["cost"]["records"].get<std::uint64_t>() > 0);
    bool kept = false;
    for (const auto& site : report["sites"]) {
        const auto& lives = site["lifetimes"];
        if (!site["java"].is_string()) continue;
        const auto java = site["java"].get<std::string>();
        if (java == "Growth.keep") {
            kept = kept || lives["watched"].get<std::uint64_t>() > 0;
            CHECK(lives["freed"] == 0);
        }
        if (lives["within_s"].is_null()) continue;
        // Streams are closed as soon as they are written.
        if (java == "java.util.zip.Deflater.init" &&
            site["library"].get<std::string>().find("libz") != std::string::npos)
            CHECK(lives["freed_share"].get<double>() > 0.5);
    }
    CHECK((kept || report["bytes"]["low"].is_null()));
    const double over = report["sampling"]["debug_registers"] == true ? 1.5 : 2.5;
    CHECK(report["cost"]["paid_share"].get<double>() <= over * report["cost"]["budget"].get<double>());
}

TEST_CASE("live allocs: where another library serves malloc, its functions have the probes", "[any-jdk]") {
    ::setenv("LD_PRELOAD", "libjemalloc.so.2", 1);
    const LiveJvm jvm(jdk_under_test(), {}, {"native=4000000"}, "Growth");
    ::unsetenv("LD_PRELOAD");
    const auto report = nmtx_json({"allocs", jvm.pid_text(), "--for", "8s"});
    INFO(report["sampling"].dump() << "\n" << report["sites"].dump());
    CHECK(report["sampling"]["allocator"] == "jemalloc");
    const auto functions = report["sampling"]["functions"].get<std::vector<std::string>>();
    for (const char* name : {"malloc", "calloc", "operator new"})
        CHECK(std::count(functions.begin(), functions.end(), name) == 1);
    CHECK(report["sampling"]["functions_left_out"].empty());
    bool found = false;
    for (const auto& site : report["sites"])
        found = found || (site["java"] == "Growth.keep" &&
                          site["library"].get<std::string>().ends_with("/libtarget.so"));
    CHECK(found);
}

TEST_CASE("live allocs: what the JVM allocates for itself is in it with --all only", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Accounts accounts(jdk);
    LiveJvm jvm(jdk, {}, {"accounts=" + accounts.inside, "classes=200", "native=1000000"}, "Growth");
    const auto usual = nmtx_json({"allocs", jvm.pid_text(), "--for", "5s"});
    const auto all = nmtx_json({"allocs", jvm.pid_text(), "--for", "5s", "--all"});
    INFO(usual.dump(2) << all.dump(2));
    CHECK_FALSE(has_calls_of_jvm(usual));
    CHECK(usual["sampling"]["calls_of_jvm"].get<std::uint64_t>() > 0);
    CHECK(has_calls_of_jvm(all));
}

TEST_CASE("live allocs: a JVM lives on when nmtx is killed in the middle of it", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Accounts accounts(jdk);
    LiveJvm jvm(jdk, {}, {"accounts=" + accounts.inside, "native=4000000"}, "Growth");
    for (const int ms : {150, 400, 900, 1300, 2100})
        CHECK(kill_nmtx_after({"allocs", jvm.pid_text(), "--for", "30s", "--quiet"},
                              std::chrono::milliseconds(ms)));
    // It can be sampled again: nothing is left over.
    CHECK_FALSE(nmtx_json({"allocs", jvm.pid_text(), "--for", "3s"})["sites"].empty());
}
