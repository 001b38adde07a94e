// Where threads were in native code: the document "threads/native stacks.json", ours. Registers and stack
// contents that it was made of are not kept.
//
//   {"format": 1,
//    "stacks": [{"tid": 4711, "stopped_ms": 0.21, "stack_pointer": "7f3ca27ff8d0", "end": "no file",
//                "next": "7f3c8c0f2a1b",
//                "frames": [{"at": "7f3ca2c85f3b", "file": "/usr/lib/x86_64-linux-gnu/libc.so.6",
//                            "file_offset": "d5f3b", "symbol": "clock_nanosleep", "offset": 99}]}],
//    "failed": [{"tid": 4712, "why": "thread 4712 has ended"}]}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "kernel/tasks.h"

namespace nmtx {

struct NativeFrame {
    Address at;        // of the instruction; of a caller, the one that it returns to
    std::string file;  // as smaps names it
    std::uint64_t file_offset = 0;
    std::string symbol;        // demangled; empty where no symbol covers it
    std::uint64_t offset = 0;  // behind the symbol's start
};

// Why the last frame is the last.
enum class StackEnd {
    bottom,    // the thread's first function was reached
    no_file,   // code in memory that no file is mapped to, at `next`: the code cache, for a JVM's
    not_told,  // nothing shows the caller: no unwind information, or it contradicts itself
    cut,       // the copy of the stack ends here
    too_deep   // more than most_native_frames
};
std::string_view name_of(StackEnd end);  // "bottom", "no file", "not told", "cut", "too deep"

constexpr std::size_t most_native_frames = 256;

struct NativeStack {
    std::uint64_t tid = 0;
    double stopped_ms = 0;  // from when its stop was seen until it was let go
    Address stack_pointer;
    std::vector<NativeFrame> frames;  // innermost first
    StackEnd end = StackEnd::not_told;
    Address next;  // no_file alone
};

// A thread that could not be stopped or copied.
struct NativeStackFailure {
    std::uint64_t tid = 0;
    std::string why;
};

struct NativeStacks {
    std::vector<NativeStack> stacks;
    std::vector<NativeStackFailure> failed;

    [[nodiscard]] const NativeStack* find(std::uint64_t tid) const;
};

std::string format_native_stacks(const NativeStacks& stacks);
Expected<NativeStacks> parse_native_stacks(std::string_view text,
                                           std::string_view document = "native stacks");

// Which threads' native stacks are wanted.
struct NativeStackChoice {
    std::size_t busiest = 0;          // so many of those that had CPU time between two samples
    std::vector<std::uint64_t> tids;  // and these
    [[nodiscard]] bool any() const { return busiest > 0 || !tids.empty(); }
};

// The tids to stop, the busiest first. Without a sample before, CPU time since each thread began decides.
std::vector<std::uint64_t> threads_to_stop(const std::vector<Task>* before, const std::vector<Task>& now,
                                           const NativeStackChoice& choice);

}  // namespace nmtx
