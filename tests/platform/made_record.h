// A run of a JVM and its samples, as a record keeps them.
#pragma once

#include <cstdint>

#include "change/series.h"

namespace nmtx::test {

inline constexpr std::int64_t began_ms = 1'700'000'000'000;

inline RecordedRun a_run(const char* boot_id = "boot-1") {
    RecordedRun run;
    run.pid = 42;
    run.start_ticks = 4711;
    run.boot_id = boot_id;
    run.command = "java -jar app.jar";
    run.java = "17.0.15";
    run.gc = "G1";
    run.nmt_level = "summary";
    run.nmtx_version = "1";
    run.physical_memory = mib(16384);
    return run;
}

inline Sample a_sample(std::int64_t second) {
    Sample sample;
    sample.time = {0, began_ms + second * 1000, 5'000'000 + second * 1000};
    sample.uptime_s = static_cast<double>(second);
    sample.rss = mib(30);
    sample.owners = {{"jvm/java heap", mib(20)}, {"malloc/free/top", mib(10)}};
    sample.cost = {1.5, 12.25, 14};
    return sample;
}

}  // namespace nmtx::test
