// The threads of a process: the kernel's counters of each, its name and state by the JVM, and its stack.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hotspot/threads/thread_names.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "threads/stack_flags.h"
#include "threads/thread_stacks.h"

namespace nmtx {

// At most this much of a name is examined for printing, in bytes.
inline constexpr std::size_t longest_thread_name = 1024;

enum class ThreadChange { none, started, ended };  // within the interval

struct ThreadRow {
    std::uint64_t tid = 0;
    std::uint64_t nid = 0;  // the same thread's id inside its own pid namespace: "nid" of the JVM's dumps
    std::string name;       // the JVM's, else the kernel's comm of 15 bytes
    bool named_by_jvm = false;
    ThreadKind kind = ThreadKind::native;
    std::string library;  // for a native thread: the file of its first function; empty where unknown
    ThreadChange change = ThreadChange::none;
    char state = '?';                    // the kernel's: R S D T t Z …
    std::optional<double> cpu_percent;   // of one CPU, over the interval
    std::optional<double> wait_percent;  // runnable and without a CPU, over the interval
    double cpu_seconds = 0;              // since it began
    std::optional<std::uint64_t> voluntary_switches, involuntary_switches;  // since it began
    std::optional<ThreadStack> stack;   // absent where nothing shows which one is its own
    bool stack_by_elimination = false;  // its pointer is not known, and one stack was left
    std::optional<Address> arena;       // malloc_state of the arena that it takes from, where known
    std::optional<Bytes> used;          // from the top of the stack to its stack pointer
    // "TIMED_WAITING (sleeping)", and what a compiler works on: by the JVM's memory or its dump; else empty.
    std::string java_state, compiling;
    const DumpedThread* dumped = nullptr;  // in view.thread_dump
    const NativeStack* native = nullptr;   // in view.native_stacks
    bool native_until_java = false;        // its native frames end where the code cache begins
};

// How many threads there are, by source.
struct ThreadCounts {
    std::size_t tasks = 0;                       // /proc/PID/task at the end of the interval
    std::optional<std::uint64_t> status;         // "Threads:" of /proc/PID/status, before anything was asked
    std::optional<std::uint64_t> nmt;            // NMT's "thread #"
    std::optional<std::size_t> dump;             // rows of Thread.print
    std::optional<std::size_t> dump_java;        // of them Java threads
    std::optional<std::size_t> java_list;        // Java threads by the JVM's memory
    std::optional<std::int64_t> perf_live;       // java.threads.live of hsperfdata
    std::optional<std::size_t> virtual_mounted;  // carriers that carry a virtual thread, by the dump
    // All threads of a pool of which one carries a virtual thread; nothing where none does at the moment.
    std::optional<std::size_t> carriers;
    std::optional<std::uint64_t> user_limit, system_limit;      // ulimit -u, threads-max
    std::optional<std::uint64_t> cgroup_limit, cgroup_current;  // the lowest pids.max; pids.current
};

// Sums over the rows and the stacks.
struct ThreadTotals {
    std::array<std::size_t, 5> of_kind{};  // by ThreadKind; without those that had ended
    std::size_t started = 0, ended = 0;    // within the interval
    std::size_t foreign = 0;               // not named by the JVM, and without one of HotSpot's names
    std::size_t unlisted = 0;              // with one of HotSpot's names, and not named by the JVM
    double cpu_percent = 0, wait_percent = 0;
    std::size_t with_arena = 0, arenas = 0;  // threads whose arena is known, and how many different arenas
    Bytes stacks_reserved,
        stacks_resident;  // of all, including stacks without a known thread: the ledger's rows
    Bytes stacks_huge;    // transparent huge pages in these
    Bytes resident_of_nobody;
};

struct ThreadTable {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    ThreadTable();
    ThreadTable(const ThreadTable&);
    ThreadTable(ThreadTable&&) noexcept;
    ThreadTable& operator=(const ThreadTable&);
    ThreadTable& operator=(ThreadTable&&) noexcept;
    ~ThreadTable();

    double interval_s = 0;        // between the two samples; 0: all percentages are since each thread began
    std::vector<ThreadRow> rows;  // by tid
    std::vector<ThreadStack> stacks_of_nobody;  // stacks in the ledger without a known thread
    ThreadCounts counts;
    std::vector<StackFlag> stack_flags;
    ThreadTotals totals;
};

// Needs view.tasks and view.smaps. `view` must outlive the table.
ThreadTable thread_table(const Moment& moment);
// Nothing where the threads could not be read.
std::optional<ThreadTable> thread_table_if_read(const Moment& moment);

// "worker-17" and "worker-4" belong to the pool "worker-#".
std::string pool_of(std::string_view name);

}  // namespace nmtx
