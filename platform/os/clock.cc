#include "platform/os/clock.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>

namespace nmtx {
namespace {

std::int64_t milliseconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

double seconds_since_start(std::uint64_t start_ticks) {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 -
           static_cast<double>(start_ticks) / ticks_per_second;
}

// gmtime would read the time zone from /etc first.
std::string utc_now() {
    using namespace std::chrono;
    const auto now = floor<std::chrono::seconds>(system_clock::now());
    const auto day = floor<days>(now);
    const year_month_day date(day);
    const hh_mm_ss time(now - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::int64_t wall_ms() {
    return milliseconds_of(CLOCK_REALTIME);
}

std::int64_t boot_ms() {
    return milliseconds_of(CLOCK_BOOTTIME);
}

std::uint64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

void sleep_until(std::uint64_t monotonic_nanoseconds) {
    timespec until{};
    until.tv_sec = static_cast<time_t>(monotonic_nanoseconds / 1'000'000'000U);
    until.tv_nsec = static_cast<long>(monotonic_nanoseconds % 1'000'000'000U);
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

namespace {

// Unlike getrusage, which misses what a thread that runs has used since the kernel's last tick.
double cpu_ms_of(clockid_t clock) {
    timespec used{};
    ::clock_gettime(clock, &used);
    return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

}  // namespace

double own_cpu_ms() {
    return cpu_ms_of(CLOCK_PROCESS_CPUTIME_ID);
}

double children_cpu_ms() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto ms = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double own_thread_cpu_ms() {
    return cpu_ms_of(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace nmtx
