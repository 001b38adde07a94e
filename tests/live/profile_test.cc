// `nmtx stacks` on JVMs whose programs know their own shares and calls.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "valid_json.h"

using namespace nmtx::live;

namespace {

const nlohmann::json* method_named(const nlohmann::json& report, const std::string& name) {
    for (const auto& method : report["methods"]) {
        if (method["name"] == name) return &method;
    }
    return nullptr;
}

double total_s(const nlohmann::json& report, const std::string& name) {
    const nlohmann::json* const method = method_named(report, name);
    return method == nullptr ? 0 : (*method)["total_s"].get<double>();
}

std::string text_of_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::string> words_of(const std::string& line, char between) {
    std::vector<std::string> words;
    std::istringstream in(line);
    for (std::string word; std::getline(in, word, between);) words.push_back(word);
    return words;
}

// Lines of a JVM's safepoint log.
std::size_t safepoints(const std::string& log) {
    std::istringstream in(text_of_file(log));
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) ++count;
    return count;
}

std::uint64_t rss_kb(const LiveJvm& jvm) {
    std::istringstream in(text_of_file("/proc/" + jvm.pid_text() + "/status"));
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6));
    }
    return 0;
}

// Of a collapsed stack of a StackRunners thread: the levels come one after the other.
bool in_order(const std::vector<std::string>& frames) {
    static const std::array<std::string, 7> order{"run",    "level1", "level2", "level3",
                                                  "level4", "level5", "level6"};
    static const std::string runner = "StackRunners$Runner.";
    std::size_t next = 0;
    bool other_between = false;
    for (const std::string& frame : frames) {
        if (!frame.starts_with(runner)) {
            // Native frames and stubs may lie below run and above the last level.
            other_between = next > 0;
            continue;
        }
        if (other_between || next == order.size() || frame != runner + order[next]) return false;
        ++next;
    }
    return next > 0;
}

}  // namespace

TEST_CASE("live stacks: methods have the shares of CPU time that the program counts itself") {
    const Jdk jdk = jdk_under_test();
    // Of what is inlined, compilers note little: see docs/design/java-stacks.md.
    LiveJvm jvm(jdk, {"-XX:CompileCommand=dontinline,StackShares::*"}, {"threads=4", "idle=20", "warm=2500"},
                "StackShares");
    const auto before = jvm.take("");
    const auto report = nmtx_json({"stacks", jvm.pid_text(), "--for", "6s", "--hz", "50"});
    const auto after = jvm.take("");
    const auto spent = [&](const std::string& key) {
        return static_cast<double>(after.at(key) - before.at(key)) / 1e9;
    };
    const double all = spent("most_ns") + spent("some_ns") + spent("least_ns");
    const double weight = report["sampling"]["weight_s"], samples = report["sampling"]["samples"];
    CHECK(samples > 30);  // some 300 where the machine is idle
    CHECK(report["sampling"]["samples_lost"] == 0);
    CHECK(report["methods"][0]["name"] == "StackShares.work");
    CHECK(report["methods"][0]["self_s"].get<double>() > 0.9 * weight);
    double found = 0;
    for (const auto& [method, key] : {std::pair{"StackShares.most", "most_ns"},
                                      {"StackShares.some", "some_ns"},
                                      {"StackShares.least", "least_ns"}}) {
        const double share = total_s(report, method) / weight, truth = spent(key) / all;
        found += share;
        // Four standard deviations; those of one tick are not independent of each other.
        const double error = 4 * std::sqrt(truth * (1 - truth) / (samples / 2));
        INFO(method << ": sampled " << share << ", counted " << truth << ", may differ by " << error);
        CHECK(std::abs(share - truth) < error);
    }
    CHECK(found > 0.85);  // the rest reads clocks
    const double kernel = report["sampling"]["kernel_cpu_s"];
    INFO("sampled " << weight << " s of CPU time, the kernel counted " << kernel);
    CHECK(std::abs(weight - kernel) < 0.01 * kernel);
    for (const auto& thread : report["threads"])
        CHECK_FALSE(thread["name"].get<std::string>().starts_with("idle-"));
    std::puts(
        fmt::format(
            "measured: JDK {:>2} {} samples, {:.1f} % to the start, shares {:.3f} {:.3f} {:.3f} of "
            "{:.3f} {:.3f} {:.3f}, CPU {:.2f} of {:.2f} s, longest stop {:.2f} ms, nmtx {:.0f} ms",
            jdk.feature, samples, 100 * report["sampling"]["samples_to_the_start"].get<double>() / samples,
            total_s(report, "StackShares.most") / weight, total_s(report, "StackShares.some") / weight,
            total_s(report, "StackShares.least") / weight, spent("most_ns") / all, spent("some_ns") / all,
            spent("least_ns") / all, weight, kernel, report["cost"]["longest_stop_ms"].get<double>(),
            report["cost"]["nmtx_cpu_ms"].get<double>())
            .c_str());
    CHECK(jvm.alive());
}

TEST_CASE("live stacks: in every sample that reaches the start, each call is made by the one before") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {}, {"threads=3", "warm=2000"}, "StackRunners");
    const std::string file = folder.path() + "/cpu.collapsed";
    const Outcome outcome =
        run_nmtx({"stacks", jvm.pid_text(), "--for", "4s", "--hz", "50", "--thread", "runner-", "-o", file});
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.out.find("StackRunners$Runner.level") != std::string::npos);
    double right = 0, unknown = 0, wrong = 0;
    std::string not_so;
    for (const std::string& line : words_of(text_of_file(file), '\n')) {
        const std::size_t blank = line.rfind(' ');
        REQUIRE(blank != std::string::npos);
        const double weight = std::stod(line.substr(blank));
        const auto frames = words_of(line.substr(0, blank), ';');
        double& sum = frames.front().starts_with('[') ? unknown : in_order(frames) ? right : wrong;
        sum += weight;
        if (&sum == &wrong) not_so += line + "\n";
    }
    INFO(not_so);
    CHECK(wrong == 0);
    CHECK(right > 0);
    // C1 of JDK 8 saves all registers on top of a frame around calls of sin.
    CHECK(right / (right + unknown) > (jdk.feature == 8 ? 0.5 : 0.95));
}

TEST_CASE("live stacks: no safepoint, and RSS stays as it was") {
    const Jdk jdk = jdk_under_test();
    if (jdk.feature < 11) {
        // JDK 8 logs safepoints to its standard output, among what the target prints.
        LiveJvm jvm(jdk, {"-XX:+PrintSafepointStatistics", "-XX:PrintSafepointStatisticsCount=1"},
                    {"threads=2", "warm=3000"}, "StackShares");
        const auto count = [&] {
            const std::string printed = jvm.printed();
            std::size_t found = 0;
            for (const std::string& line : words_of(printed, '\n'))
                found += line.find("vmop") == std::string::npos ? 0U : 1U;
            return found;
        };
        jvm.take("");
        const std::size_t before = count();
        nmtx_json({"stacks", jvm.pid_text(), "--for", "2s"});
        jvm.take("");
        // It makes one of its own a second where there is something to do (GuaranteedSafepointInterval).
        CHECK(count() <= before + 4);
        return;
    }
    const std::string inside = "/tmp/nmtx-safepoints-" + std::to_string(::getpid());
    const std::string log = jdk.chroot + inside;
    // Without its own periodic ones.
    LiveJvm jvm(jdk,
                {"-Xlog:safepoint:file=" + inside, "-XX:+UnlockDiagnosticVMOptions",
                 "-XX:GuaranteedSafepointInterval=0"},
                {"threads=2", "idle=50", "warm=4000"}, "StackShares");
    REQUIRE(comes_true([&] {  // until compiling and what it does at the start are over
        const std::size_t before = safepoints(log);
        ::poll(nullptr, 0, 1500);
        return safepoints(log) == before;
    }));
    const std::size_t before = safepoints(log);
    const std::uint64_t rss = rss_kb(jvm);
    for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--wall"}}) {
        std::vector<std::string> command{"stacks", jvm.pid_text(), "--for", "2s", "--hz", "50"};
        command.insert(command.end(), options.begin(), options.end());
        const auto report = nmtx_json(command);
        CHECK(report["sampling"]["samples"].get<int>() > 10);
    }
    CHECK(safepoints(log) == before);
    const std::uint64_t now = rss_kb(jvm);
    INFO("RSS was " << rss << " kB and is " << now);
    CHECK(now <= rss + 256);  // its own counters and logs
    CHECK(jvm.alive());
    std::filesystem::remove(log);
}

TEST_CASE("live stacks: --wall shows what waiting threads wait in, and stops them but once") {
    const Jdk jdk = jdk_under_test();
    LiveJvm jvm(jdk, {}, {"threads=1", "idle=40", "warm=1000"}, "StackShares");
    const auto report =
        nmtx_json({"stacks", jvm.pid_text(), "--for", "3s", "--wall", "--thread", "^(idle|shares)-"});
    CHECK(report["threads"].size() == 41);
    const double weight = report["sampling"]["weight_s"];
    CHECK(total_s(report, "StackShares.waits") > 0.95 * weight * 40 / 41);
    CHECK(report["sampling"]["samples_of_unchanged"].get<double>() >
          0.8 * report["sampling"]["samples"].get<double>());
    CHECK(report["cost"]["stops"].get<double>() < 0.2 * report["sampling"]["samples"].get<double>());
    CHECK(jvm.alive());
}

TEST_CASE("live stacks: writes what it is asked for, and says so before it samples where it may not",
          "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {}, {"threads=1", "warm=500"}, "StackShares");
    for (const std::string name : {"cpu.html", "cpu.collapsed", "cpu.pb.gz"}) {
        const std::string file = folder.path() + "/" + name;
        CHECK(run_nmtx({"stacks", jvm.pid_text(), "--for", "500ms", "-o", file}).exit_code == 0);
        CHECK(std::filesystem::file_size(file) > 100);
    }
    CHECK(text_of_file(folder.path() + "/cpu.html").find("StackShares.") != std::string::npos);
    CHECK(text_of_file(folder.path() + "/cpu.pb.gz").starts_with("\x1f\x8b"));
    const Outcome again =
        run_nmtx({"stacks", jvm.pid_text(), "--for", "1h", "-o", folder.path() + "/cpu.html"});
    CHECK(again.exit_code == 1);
    CHECK(again.err.find("already exists") != std::string::npos);
    const Outcome json = run_nmtx({"stacks", jvm.pid_text(), "--for", "500ms", "--json"});
    nmtx::test::JsonOutputs outputs;
    outputs.add("profile", "live", json.out);
    CHECK(outputs.errors() == "");
}
