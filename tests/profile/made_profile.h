// A profile of stacks that a test names: "main;a;b" from the thread's first function inwards.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profile/profile_builder.h"

namespace nmtx::made {

// "file:name" is native code of that file; "[remark]" a remark; a digit behind "@" a line.
inline std::uint32_t made_site(ProfileBuilder& builder, std::string text) {
    int line = 0;
    if (const auto at = text.rfind('@'); at != std::string::npos) {
        line = std::stoi(text.substr(at + 1));
        text.resize(at);
    }
    if (text.starts_with('[')) return builder.site({text, "", CodeKind::mark}, 0);
    if (const auto colon = text.find(':'); colon != std::string::npos)
        return builder.site({text.substr(colon + 1), text.substr(0, colon), CodeKind::native}, line);
    return builder.site({text, "Made.java", CodeKind::java}, line);
}

inline void add_stack(ProfileBuilder& builder, std::string_view stack, std::uint64_t samples,
                      std::uint64_t weight_ms, const std::string& thread = "main") {
    std::vector<std::uint32_t> sites;
    while (!stack.empty()) {
        const auto end = std::min(stack.find(';'), stack.size());
        sites.push_back(made_site(builder, std::string(stack.substr(0, end))));
        stack.remove_prefix(std::min(end + 1, stack.size()));
    }
    builder.add(builder.node(sites), builder.thread(thread.size(), thread), samples, weight_ms * 1'000'000);
}

inline SamplingRun made_run() {
    SamplingRun run;
    run.pid = 4711;
    run.process = "java";
    run.started_at = "2026-11-30T12:00:00Z";
    run.started_unix_ms = 1'796'040'000'000;
    run.hz = 20;
    run.asked_s = run.seconds = 10;
    run.period_ns = 50'000'000;
    run.ticks = 200;
    run.unwound = 99;
    run.stops = 100;
    run.stopped_ms = 3;
    run.longest_stop_ms = 0.21;
    run.threads_cpu_s = 1.05;
    run.nmtx_cpu_ms = 123;
    return run;
}

}  // namespace nmtx::made
