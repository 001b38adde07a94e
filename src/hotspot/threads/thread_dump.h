// The reply of Thread.print, which is also what jstack and SIGQUIT print: every thread of the VM with what it
// does. Source: HotSpot Threads::print_on, JavaThread::print_on, Thread::print_on (runtime/threads.cpp,
// javaThread.cpp, thread.cpp; up to 18 all in thread.cpp), OSThread::print_on (runtime/osThread.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct DumpedThread {
    // As the VM prints it, in its modified UTF-8: may hold quotes, newlines, anything. JDK 8 cuts it at 1,998
    // bytes.
    std::string name;
    // A java.lang.Thread, compilers among them: has "#N". False for threads of the GC and the VM. JDK 5 to 7
    // print no numbers: there it is what has a bracket with its stack pointer.
    bool java = false;
    std::optional<std::uint64_t> number;  // "#12"
    bool daemon = false;
    std::optional<int> priority;
    std::optional<int> os_priority;
    std::optional<double> cpu_ms;     // 11+
    std::optional<double> elapsed_s;  // 11+
    // The thread's id in the target's own pid namespace. 0 where not printed: carriers in 19 and 20.
    std::uint64_t nid = 0;
    std::string state;  // "waiting on condition", "runnable", "in Object.wait()"; empty for a carrier
    std::optional<Address> stack_pointer;  // "[0x…]", rounded down to 4 KB; absent where 0 or not printed
    std::string java_state;                // "TIMED_WAITING (sleeping)"; empty where not printed
    std::string compiling;                 // what a compiler works on, as printed: id, level, method
    // Trimmed: "at java.lang.Thread.sleep(Native Method)", "- locked <0x…> (a …)". In a carrier of 24+ the
    // line "Mounted virtual thread #N" stands above the frames of that one.
    std::vector<std::string> frames;
    std::optional<std::uint64_t> carries;  // "Carrying virtual thread #N" (19+)
};

// How a dump begins (threads.cpp, Threads::print_on).
inline constexpr std::string_view thread_dump_heading = "Full thread dump ";

struct ThreadDump {
    // "OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode, sharing)"; empty where the text has no heading
    std::string vm;
    std::vector<DumpedThread> threads;  // in the order of the dump
    // "Found one Java-level deadlock": of each the names of its threads, as they are printed.
    std::vector<std::vector<std::string>> deadlocks;
    // "Thread.print:17: …": what looks like a thread and is none that could be read, and what is missing.
    std::vector<std::string> unread;  // at most 101
};

// Reads the first dump of the text; thread_dumps.h reads all.
Expected<ThreadDump> parse_thread_dump(std::string_view text, std::string_view document = "Thread.print");
// The same of a part of a larger text, of which `lines_before` lines stand before this part.
Expected<ThreadDump> parse_thread_dump_part(std::string_view text, std::string_view document,
                                            std::size_t lines_before);

}  // namespace nmtx
