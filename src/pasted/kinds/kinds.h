// The kinds of text that are recognised in what people paste, by content alone: how a text of the kind
// begins, and which lines belong to it. One table has an entry for each (kinds.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/oom/oom_records.h"

namespace nmtx {

enum class PastedKind : std::uint8_t {
    command,          // what somebody typed: "$ jcmd 4711 VM.native_memory"
    pid_line,         // "4711:", which jcmd puts before each answer
    answer,           // a sentence of jcmd instead of a report: "Baseline succeeded"
    hs_err,           // hs_err_pid.log
    vm_info,          // VM.info: the same without a crash
    process_memory,   // "Process Memory:" of these, by itself
    gc_log,           // -Xlog:gc…, -XX:+PrintGCDetails
    thread_dump,      // jstack, Thread.print, SIGQUIT
    thread_file,      // Thread.dump_to_file
    nmt,              // VM.native_memory: summary, detail, diff
    system_map,       // System.map
    smaps,            // /proc/PID/smaps
    smaps_rollup,     // /proc/PID/smaps_rollup
    maps,             // /proc/PID/maps
    pmap,             // pmap, pmap -x, -X, -XX
    status,           // /proc/PID/status
    limits,           // /proc/PID/limits
    statm,            // /proc/PID/statm
    cgroup,           // memory.current, memory.stat …
    malloc_info,      // malloc_info(3), System.native_heap_info
    heap_info,        // GC.heap_info
    codecache,        // Compiler.codecache
    metaspace,        // VM.metaspace
    vm_version,       // VM.version, java -version
    vm_flags,         // VM.flags
    flag_table,       // -XX:+PrintFlagsFinal, VM.flags -all
    vm_arguments,     // VM.command_line
    uptime,           // VM.uptime
    oom,              // the kernel's OOM killer
    top,              // top, top -H
    process_rows,     // ps, smem
    container_rows,   // docker stats, kubectl top
    cgroup_rows,      // systemd-cgtop
    pod,              // kubectl describe pod
    inspect,          // docker inspect
    meminfo,          // /proc/meminfo
    free_memory,      // free
    jstat,            // jstat -gc and its like
    jmap_heap,        // jmap -heap, jhsdb jmap --heap
    vm_settings,      // -XshowSettings:vm, :system
    compiler_memory,  // Compiler.memory
    vitals,           // VM.vitals of SapMachine
    jemalloc,         // MALLOC_CONF=stats_print:true
    jeprof,           // jeprof --text
    class_histogram,  // GC.class_histogram, jmap -histo
    safepoint,        // -XX:+SafepointTimeout
    malloc_stats,     // malloc_stats(3)
    short_reply,      // System.trim_native_heap, VM.classloader_stats
    pss_series,       // "PSS: 46482", one a line
    names,            // ids and names: jps, tasks
    java_command,     // a command line of a JVM
    javacore,         // OpenJ9
    hsperfdata,       // binary
    archive           // a capture of nmtx; the last one
};
inline constexpr std::size_t pasted_kinds = static_cast<std::size_t>(PastedKind::archive) + 1;

// What a kind is called in a report, "pmap"; and what the whole line of the table is, for tests.
std::string_view name_of(PastedKind kind);

// A line with what helps to recognise it.
class LineInContext {
  public:
    LineInContext(std::string_view text, std::size_t begin, std::size_t end, std::string_view command)
        : text_(text), begin_(begin), end_(end), command_(command) {}

    [[nodiscard]] std::string_view line() const { return text_.substr(begin_, end_ - begin_); }
    // Without the blanks around it, and without the remark that somebody has set behind it.
    [[nodiscard]] std::string_view trimmed() const;
    // The next line that is not blank, without the blanks around it; empty where none is near.
    [[nodiscard]] std::string_view next() const;
    // So many characters at the most of what stands below, cut anywhere.
    [[nodiscard]] std::string_view below(std::size_t most) const;
    // How many blanks the line begins with.
    [[nodiscard]] std::size_t indent() const;
    // What was typed shortly above; empty where nothing was seen.
    [[nodiscard]] std::string_view command() const { return command_; }
    // No line that is not blank stands above it.
    [[nodiscard]] bool first() const;
    // The text has but this line.
    [[nodiscard]] bool alone() const;

  private:
    std::string_view text_;
    std::size_t begin_, end_;
    std::string_view command_;
};

// What a part has shown so far, as far as it decides where it ends.
struct PartSoFar {
    std::size_t lines = 0;
    bool total = false;                   // NMT: had its total; others: their last table has begun
    bool json = false;                    // a thread dump's file in that form
    std::uint64_t address = 0;            // where the last mapping begins
    std::size_t indent = 0;               // of the first line, where what is deeper belongs to it
    std::vector<std::string_view> names;  // keys that were there; NMT: categories
    OomRecords oom;                       // the kernel's log of kills: its records so far
    bool apart = false;                   // a paragraph or a heading stands between its last line and this
    double time = 0;                      // of a log: the latest so far
};

enum class LineFit : std::uint8_t {
    no,      // not of this kind
    filler,  // belongs where something of the kind follows: blank lines
    yes,
    last,  // belongs, and is the last line
    fresh  // of this kind, but the first line of another text
};

// How a text goes with those of other kinds around it.
enum class Among : std::uint8_t {
    others,     // it ends where a line is none of its own
    swallows,   // it takes whatever stands in it: only the first line of one that interrupts may end it
    interrupts  // it may begin in the midst of a text that swallows
};

// What a text of the kind is about, which decides where it is joined (pasted/join).
enum class About : std::uint8_t {
    next_text,     // nothing by itself: it says whose the text below it is
    surroundings,  // the machine, containers, many processes, kills: no one process
    process,       // one process
    aside,         // one process, without asking for its mappings: the text says all by itself
    moment         // how one process is at one moment: a second text of the kind is of another moment
};

// People set remarks behind a line, "<-- too much?".
enum class Remarks : std::uint8_t {
    taken_off,  // before the text is read
    kept        // its lines are anybody's, or are read as they are
};

// May what stands before a first line of the kind be taken for a mark ("> ") that all lines have?
enum class MayAnchor : std::uint8_t {
    yes,
    no  // words and numbers alone: not enough to tell
};

// What most kinds do not need to say.
struct KindManner {
    Among among = Among::others;
    Remarks remarks = Remarks::taken_off;
    MayAnchor anchor = MayAnchor::yes;
};

struct KindEntry {
    PastedKind kind;
    std::string_view name;
    // The characters other than blanks that a first line may begin with; empty: any.
    std::string_view first;
    bool (*begins)(const LineInContext& line);
    LineFit (*belongs)(const LineInContext& line, PartSoFar& part);
    About about;
    KindManner manner{};
};

std::span<const KindEntry> kind_table();
const KindEntry& entry_of(PastedKind kind);

// The kind that a line begins; null where none.
const KindEntry* beginning_at(const LineInContext& line, bool interrupting_only = false);

// For without_marks().
bool is_anchor(std::string_view line);

// The word behind "$ " and the like, "jcmd 4711 VM.flags"; empty where the line is no command.
std::string_view command_in(std::string_view line);
// The process id in a command; 0 where it names none.
std::uint64_t pid_in_command(std::string_view command);

}  // namespace nmtx
