// The stacks of threads, native and Java frames: the document "threads/native stacks.json", ours. Registers
// and stack contents that it was made of are not kept. docs/reference/formats/stacks.md describes it.
//
//   {"format": 3,
//    "frames": [{"at": "7f3ca2c85f3b", "file": "/usr/lib/x86_64-linux-gnu/libc.so.6",
//                "file_offset": "d5f3b", "symbol": "clock_nanosleep", "offset": 99},
//               {"at": "7f3c8c0f2a1b", "kind": "interpreted", "name": "com.acme.Main.run",
//                "source": "Main.java", "line": 12, "bci": 4}],
//    "stacks": [{"tid": 4711, "stopped_ms": 0.21, "stack_pointer": "7f3ca27ff8d0", "end": "bottom",
//                "frames": "0 1"}],
//    "failed": [{"tid": 4712, "why": "thread 4712 has ended"}],
//    "java_missing": ""}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "kernel/tasks.h"

namespace nmtx {

enum class FrameKind {
    native,
    interpreted,    // Java, by the interpreter
    compiled,       // Java, by C1, C2 or another compiler
    inlined,        // Java, inlined into the next frame, with which it shares its address
    native_method,  // Java, implemented in native code
    stub,           // code that the JVM has generated for itself
    gap             // frames lie between its neighbours that could not be told
};
std::string_view name_of(FrameKind kind);  // "native", "interpreted", …, "native method", "stub", "gap"
inline bool is_java(FrameKind kind) {
    return kind != FrameKind::native && kind != FrameKind::stub && kind != FrameKind::gap;
}

struct NativeFrame {
    Address at;  // of the instruction; of a caller, the one that it returns to
    std::string
        file;  // as smaps names it; of a Java frame its class's source, "Thread.java", empty if untold
    std::uint64_t file_offset = 0;
    std::string symbol;        // demangled, empty where no symbol covers it; of a Java frame
                               // "java.lang.Thread.sleep", of a stub its name
    std::uint64_t offset = 0;  // behind the symbol's start
    FrameKind kind = FrameKind::native;
    // Of Java frames: 0 and -1 where they are not known.
    int line = 0;
    int bci = -1;
    // The compiler has noted no place for this instruction: the thread is somewhere in this method, or in one
    // that was inlined into it there.
    bool about = false;
};

// Why the last frame is the last.
enum class StackEnd {
    bottom,    // the thread's first function was reached
    no_file,   // code in memory that no file is mapped to, at `next`: the code cache, for a JVM's
    not_told,  // nothing shows the caller: no unwind information, or it contradicts itself
    cut,       // the copy of the stack ends here
    too_deep,  // more than most_native_frames, or most_stack_frames of all
    heap       // a virtual thread's: the further frames are kept in the Java heap
};
std::string_view name_of(StackEnd end);  // "bottom", "no file", "not told", "cut", "too deep", "heap"

constexpr std::size_t most_native_frames = 256;  // in a row
constexpr std::size_t most_stack_frames = 2048;

struct NativeStack {
    std::uint64_t tid = 0;
    double stopped_ms = 0;  // from when its stop was seen until it was let go
    Address stack_pointer;
    std::vector<NativeFrame> frames;  // innermost first
    [[nodiscard]] bool has_java() const;
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

    // Why no Java frames could be told: empty where they were, or where the process is no HotSpot JVM.
    std::string java_missing;
    // Taken for what the busiest threads do, without --stacks: a report shows the top of each.
    bool brief = false;

    [[nodiscard]] const NativeStack* find(std::uint64_t tid) const;
};

std::string format_native_stacks(const NativeStacks& stacks);
Expected<NativeStacks> parse_native_stacks(std::string_view text,
                                           std::string_view document = "native stacks");

// Which threads' native stacks are wanted.
struct NativeStackChoice {
    std::size_t busiest = 0;          // so many of those that had CPU time between two samples
    std::vector<std::uint64_t> tids;  // and these
    bool all = false;                 // every thread, the busiest first
    bool none = false;                // no thread is to be stopped
    [[nodiscard]] bool any() const { return busiest > 0 || !tids.empty() || all; }
};

// The tids to stop, the busiest first. Without a sample before, CPU time since each thread began decides.
std::vector<std::uint64_t> threads_to_stop(const std::vector<Task>* before, const std::vector<Task>& now,
                                           const NativeStackChoice& choice);

}  // namespace nmtx
