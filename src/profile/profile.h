// What threads were doing, summed over many samples of their stacks.
//
//   functions   "java.util.HashMap.get", HashMap.java, Java
//   sites       (function, line)
//   nodes       (node that calls, site): a tree from the threads' first functions; node 0 is the root
//   stacks      (last node, thread): samples, weight
//
// Everything is referred to by its index. What a sample weighs is in SamplingRun.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// How it was sampled: threads that use a processor, by CPU time; all threads, by time; or calls of malloc, by
// the bytes that they ask for, or by those that are still in use.
enum class ProfileMode : std::uint8_t { cpu, wall, allocated_bytes, live_bytes };
std::string_view name_of(ProfileMode mode);  // "on-CPU", "wall-clock", "allocations", "live allocations"
// Every `weight_ns` is in bytes.
constexpr bool weighs_bytes(ProfileMode mode) {
    return mode == ProfileMode::allocated_bytes || mode == ProfileMode::live_bytes;
}

enum class CodeKind : std::uint8_t {
    java,
    native,
    stub,  // code that the JVM generates for itself
    mark   // no function, but a remark in brackets: "[frames not unwound]"
};
std::string_view name_of(CodeKind kind);  // "Java", "native", "JVM stub", "mark"

struct ProfiledFunction {
    std::string name;  // of native code without a symbol "libc.so.6+0x2a1b3"
    std::string file;  // source of a Java method, path of a mapped file; empty where not known
    CodeKind kind = CodeKind::native;
    friend bool operator==(const ProfiledFunction&, const ProfiledFunction&) = default;
};

struct CallSite {
    std::uint32_t function = 0;
    int line = 0;  // 0 where not known
    friend bool operator==(const CallSite&, const CallSite&) = default;
};

struct CallNode {
    std::uint32_t parent = 0;
    std::uint32_t site = 0;
};

struct ProfiledThread {
    std::uint64_t tid = 0;
    std::string name;
    std::uint64_t samples = 0;
    std::uint64_t weight_ns = 0;
};

struct StackSum {
    std::uint32_t node = 0;    // the innermost call; 0: nothing of the stack is known
    std::uint32_t thread = 0;  // of Profile::threads
    std::uint64_t samples = 0;
    std::uint64_t weight_ns = 0;
};

// How the samples were taken, and what they weigh.
//   on-CPU   threads that had a processor at a tick; the CPU time of a thread, as the kernel counts it, is
//   shared
//            out evenly among its samples
//   wall     all threads; every sample weighs a period, scaled to the ticks that could be taken
struct SamplingRun {
    std::uint64_t pid = 0;
    std::string process;     // its comm
    std::string started_at;  // UTC
    std::int64_t started_unix_ms = 0;
    ProfileMode mode = ProfileMode::cpu;
    std::string match;  // the expression that chose threads by name; empty: all
    double hz = 0;
    double asked_s = 0, seconds = 0;
    std::uint64_t period_ns = 0;

    std::uint64_t ticks = 0;   // taken
    std::uint64_t late = 0;    // of these, those that began more than a tenth of a period after their time
    std::uint64_t missed = 0;  // not taken at all
    double latest_ms = 0;      // the longest delay of one that was taken

    std::uint64_t samples = 0;  // in `stacks`
    std::uint64_t unwound = 0;  // of these, those whose stack was followed to the thread's first function
    std::uint64_t stops = 0;    // of a thread
    double stopped_ms = 0, longest_stop_ms = 0;  // in all, and of one thread
    std::uint64_t unchanged = 0;  // samples of threads that had not run since they were last stopped
    std::uint64_t no_stop = 0;    // that ended or had no processor, so that they could not be stopped
    std::uint64_t left_out = 0;   // chosen and not stopped: too many at once; others weigh more for it
    std::uint64_t waiting = 0;    // on-CPU: threads that were stopped, and had no processor at the tick
    std::uint64_t lost = 0;       // copied and not unwound
    std::string lost_why;
    std::uint64_t beyond = 0;  // whose stacks had no room left in the tree

    double threads_cpu_s = 0;        // CPU time of the chosen threads by the kernel's count
    std::uint64_t unsampled_ns = 0;  // of it, that of threads without a sample: in `stacks`, as a remark
    bool knows_waits = true;         // does the kernel show who waits for a processor?
    double nmtx_cpu_ms = 0;          // of nmtx and of what it started
    std::uint64_t nmtx_rss = 0;      // its largest, in bytes; 0 where not known
    std::string java_missing;  // why there are no Java frames; empty where there are, or there is no JVM
    bool interrupted = false;  // by the user
    bool process_ended = false;
};

struct Profile {
    SamplingRun run;
    std::vector<ProfiledFunction> functions;
    std::vector<CallSite> sites;
    std::vector<CallNode> nodes;  // a parent comes before its children
    std::vector<StackSum> stacks;
    std::vector<ProfiledThread> threads;

    [[nodiscard]] std::uint64_t weight_ns() const;
    [[nodiscard]] const ProfiledFunction& function_of(std::uint32_t node) const {
        return functions[sites[nodes[node].site].function];
    }
};

}  // namespace nmtx
