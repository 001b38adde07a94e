// Time as the kernel counts it for processes, and as people do.
#pragma once

#include <cstdint>
#include <string>

namespace nmtx {

// For how long a process runs that began `start_ticks` after boot (field 22 of /proc/PID/stat).
double seconds_since_start(std::uint64_t start_ticks);

// "2026-11-22T20:16:28Z"
std::string utc_now();

// CLOCK_REALTIME and CLOCK_BOOTTIME, in milliseconds.
std::int64_t wall_ms();
std::int64_t boot_ms();

// CLOCK_MONOTONIC, in nanoseconds.
std::uint64_t monotonic_ns();
void sleep_until(std::uint64_t monotonic_nanoseconds);

// User and system time that this process has used, and the calling thread.
double own_cpu_ms();
double children_cpu_ms();  // of those that have ended and were waited for
double own_thread_cpu_ms();

}  // namespace nmtx
