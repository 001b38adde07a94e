#include "platform/profile/stack_sampler.h"

#include <sys/ptrace.h>

#include <atomic>
#include <cmath>
#include <csignal>

#include "catch.h"
#include "platform/child.h"
#include "profile/hottest.h"

using namespace nmtx;
using namespace nmtx::test;

// Functions whose share of the time is known: found by their symbols.
extern "C" {
std::atomic<std::uint64_t> nmtx_sampled_sink;
[[gnu::noinline]] void nmtx_sampled_work(std::uint64_t steps) {
    std::uint64_t x = 88172645463325252U;
    for (std::uint64_t i = 0; i < steps; ++i) {
        x ^= x << 13U;
        x ^= x >> 7U;
        x ^= x << 17U;
    }
    nmtx_sampled_sink = nmtx_sampled_sink + x;
}
[[gnu::noinline]] void nmtx_sampled_most() {
    nmtx_sampled_work(30'000);
    nmtx_sampled_sink = nmtx_sampled_sink + 1;
}
[[gnu::noinline]] void nmtx_sampled_least() {
    nmtx_sampled_work(10'000);
    nmtx_sampled_sink = nmtx_sampled_sink + 1;
}
}

namespace {

// `busy` threads that work, `idle` ones that wait; the main thread waits as well.
Child worker(std::size_t busy, std::size_t idle) {
    return Child([=](auto ready) {
        may_be_traced();
        std::atomic<std::size_t> named{0};
        for (std::size_t i = 0; i < busy + idle; ++i) {
            std::thread([&named, works = i < busy] {
                ::prctl(PR_SET_NAME, works ? "works" : "waits");
                ++named;
                while (!works) ::pause();
                while (true) {
                    nmtx_sampled_most();
                    nmtx_sampled_least();
                }
            }).detach();
        }
        while (named < busy + idle) ::usleep(1000);
        ready();
    });
}

Profile sampled(const Child& child, SamplingOptions options) {
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    auto profile = sample_stacks(*process, options);
    REQUIRE(profile);
    return std::move(*profile);
}

double share_of(const Profile& profile, const std::string& name, bool self = false) {
    for (const FunctionSum& sum : hottest_functions(profile)) {
        if (profile.functions[sum.function].name != name) continue;
        const std::uint64_t weight = self ? sum.self_weight_ns : sum.total_weight_ns;
        return static_cast<double>(weight) / static_cast<double>(profile.weight_ns());
    }
    return 0;
}

std::uint64_t samples_of(const Profile& profile, const std::string& thread) {
    std::uint64_t samples = 0;
    for (const ProfiledThread& one : profile.threads) samples += one.name == thread ? one.samples : 0;
    return samples;
}

bool is_near(double value, double wanted, double margin) {
    CAPTURE(value, wanted);
    return std::abs(value - wanted) <= margin;
}

std::string tracers_of(std::uint64_t pid) {
    std::string text = read_text("/proc/" + std::to_string(pid) + "/status");
    text.erase(0, text.find("TracerPid:"));
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("sampler: on-CPU has the threads that work, with the CPU time that the kernel counts") {
    const Child child = worker(3, 3);
    SamplingOptions options;
    options.hz = 100;
    options.length = std::chrono::milliseconds(3000);
    const Profile profile = sampled(child, options);
    CHECK(profile.run.samples > 50);
    CHECK(samples_of(profile, "works") == profile.run.samples);
    CHECK(profile.run.lost == 0);
    CHECK(profile.run.unchanged == 0);
    CHECK(profile.run.unwound > profile.run.samples * 9 / 10);
    CHECK(is_near(share_of(profile, "nmtx_sampled_most"), 0.75, 0.12));
    CHECK(is_near(share_of(profile, "nmtx_sampled_least"), 0.25, 0.12));
    CHECK(share_of(profile, "nmtx_sampled_work", true) > 0.85);
    const double seconds = static_cast<double>(profile.weight_ns()) / 1e9;
    CHECK(is_near(seconds, profile.run.threads_cpu_s, 0.01));
    CHECK(profile.run.unsampled_ns < 100'000'000);
    CHECK(tracers_of(child.pid()) == "TracerPid:\t0");
    CHECK(child.alive());
}

TEST_CASE("sampler: of more threads than there are processors only those that have one are stopped") {
    const std::size_t busy = 4 * std::thread::hardware_concurrency();
    const Child child = worker(busy, 0);
    SamplingOptions options;
    options.hz = 100;
    options.length = std::chrono::milliseconds(3000);
    const Profile profile = sampled(child, options);
    CHECK(profile.run.samples > 50);
    CHECK(profile.run.stops > 0);
    // At each tick one at the most: that which was taken for the one that has lost its processor to us. Where
    // the kernel does not show who has one, all that wait are.
    CAPTURE(profile.run.waiting, profile.run.ticks);
    if (std::filesystem::exists("/proc/self/sched")) CHECK(profile.run.waiting <= profile.run.ticks * 3 / 2);
    // Each of them has its turn, and so its samples.
    std::size_t sampled_threads = 0;
    for (const ProfiledThread& thread : profile.threads)
        sampled_threads += thread.name == "works" && thread.samples > 0 ? 1U : 0U;
    CHECK(sampled_threads == busy);
    CHECK(is_near(share_of(profile, "nmtx_sampled_most"), 0.75, 0.12));
}

TEST_CASE("sampler: wall-clock has every thread for all of the time, and stops those that wait once") {
    const Child child = worker(1, 4);
    SamplingOptions options;
    options.mode = ProfileMode::wall;
    options.hz = 50;
    options.length = std::chrono::milliseconds(2000);
    const Profile profile = sampled(child, options);
    const std::uint64_t ticks = profile.run.ticks;
    CHECK(ticks > 10);
    // On busy processors a thread may still be on its way to a stop at the next tick: that is counted.
    CAPTURE(profile.run.no_stop);
    CHECK(samples_of(profile, "waits") + profile.run.no_stop >= 4 * ticks - 4);
    CHECK(profile.run.no_stop < ticks / 2);
    CHECK(profile.run.unchanged > 3 * ticks);
    CHECK(profile.run.stops < 2 * ticks + 20);
    CHECK(share_of(profile, "pause") > 0.7);
    // Six threads, all of the time.
    const double seconds = static_cast<double>(profile.weight_ns()) / 1e9;
    CHECK(is_near(seconds, 6 * profile.run.seconds, 0.6 * profile.run.seconds));
    CHECK(child.alive());
}

TEST_CASE("sampler: chooses threads by name") {
    const Child child = worker(1, 2);
    SamplingOptions options;
    options.mode = ProfileMode::wall;
    options.length = std::chrono::milliseconds(500);
    options.match = "^wai";
    const Profile profile = sampled(child, options);
    CHECK(profile.run.samples > 0);
    CHECK(samples_of(profile, "waits") == profile.run.samples);
}

TEST_CASE("sampler: ends early on an interruption, with what there is") {
    const Child child = worker(1, 0);
    SamplingOptions options;
    options.hz = 50;
    options.length = std::chrono::hours(1);
    options.progress = [](double, std::uint64_t) { ::raise(SIGINT); };
    const Profile profile = sampled(child, options);
    CHECK(profile.run.interrupted);
    CHECK(profile.run.samples > 0);
    CHECK(child.alive());
}

TEST_CASE("sampler: a process that ends meanwhile leaves what was sampled until then") {
    const Child child = worker(1, 0);
    SamplingOptions options;
    options.hz = 50;
    options.length = std::chrono::hours(1);
    // Not waited for here: its threads that were asked to stop end for their tracer first, which is us.
    options.progress = [&](double, std::uint64_t) { ::kill(child.id(), SIGKILL); };
    const Profile profile = sampled(child, options);
    CHECK(profile.run.process_ended);
    CHECK_FALSE(profile.run.interrupted);
}

TEST_CASE("sampler: one that may not be traced is refused, with what stands in the way") {
    const Child child = worker(1, 0);
    const pid_t tracer = ::fork();
    if (tracer == 0) {
        for (const auto& entry :
             std::filesystem::directory_iterator("/proc/" + std::to_string(child.pid()) + "/task"))
            ::ptrace(PTRACE_SEIZE, std::stoi(entry.path().filename()), nullptr, nullptr);
        while (true) ::pause();
    }
    REQUIRE(eventually([&] { return tracers_of(child.pid()) != "TracerPid:\t0"; }));
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    SamplingOptions options;
    options.length = std::chrono::milliseconds(2000);
    const auto refused = sample_stacks(*process, options);
    ::kill(tracer, SIGKILL);
    ::waitpid(tracer, nullptr, 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("traces it already") != std::string::npos);
    CHECK(refused.error().hint.find("run it without") == std::string::npos);
    CHECK(child.alive());
}
