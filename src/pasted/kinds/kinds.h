// The kinds of text that are recognised in pastes, by content only: how a text of the kind begins, and which
// lines belong to it. One table has an entry for each (kinds.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/oom/oom_records.h"

namespace nmtx {

enum class PastedKind : std::uint8_t {
    command,          // a typed command: "$ jcmd 4711 VM.native_memory"
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
    jstat,            // jstat -gc and similar
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

// The kind's name in a report, "pmap"; and the whole line of the table, for tests.
std::string_view name_of(PastedKind kind);

// A line with the context that helps to recognise it.
class LineInContext {
  public:
    LineInContext(std::string_view text, std::size_t begin, std::size_t end, std::string_view command)
        : text_(text), begin_(begin), end_(end), command_(command) {}

    [[nodiscard]] std::string_view line() const { return text_.substr(begin_, end_ - begin_); }
    // Without surrounding blanks, and without a remark at the end.
    [[nodiscard]] std::string_view trimmed() const;
    // The next line that is not blank, without surrounding blanks; empty where none is near.
    [[nodiscard]] std::string_view next() const;
    // At most this many characters of the text below, cut anywhere.
    [[nodiscard]] std::string_view below(std::size_t most) const;
    // How many blanks the line begins with.
    [[nodiscard]] std::size_t indent() const;
    // The command line shortly above; empty where there is none.
    [[nodiscard]] std::string_view command() const { return command_; }
    // All lines above it are blank.
    [[nodiscard]] bool first() const;
    // The text has only this line.
    [[nodiscard]] bool alone() const;

  private:
    std::string_view text_;
    std::size_t begin_, end_;
    std::string_view command_;
};

// The state of a part that decides where it ends.
struct PartSoFar {
    std::size_t lines = 0;
    bool total = false;                   // NMT: the total was seen; others: their last table has begun
    bool json = false;                    // a thread dump file in JSON
    std::uint64_t address = 0;            // where the last mapping begins
    std::size_t indent = 0;               // of the first line, where deeper lines belong to it
    std::vector<std::string_view> names;  // keys seen so far; NMT: categories
    OomRecords oom;                       // the kernel's log of kills: its records so far
    bool apart = false;                   // a paragraph or a heading is between its last line and this
    double time = 0;                      // in a log: the latest so far
};

enum class LineFit : std::uint8_t {
    no,      // not of this kind
    filler,  // belongs if more of the kind follows: blank lines
    yes,
    last,  // belongs, and is the last line
    fresh  // of this kind, but the first line of another text
};

// How a text combines with texts of other kinds around it.
enum class Among : std::uint8_t {
    others,     // it ends at a line of another kind
    swallows,   // it takes all lines: only the first line of a kind that interrupts ends it
    interrupts  // it may begin in the middle of a text that swallows
};

// The subject of the kind, which decides how it is joined (pasted/join).
enum class About : std::uint8_t {
    next_text,     // nothing by itself: it names the process of the text below
    surroundings,  // the machine, containers, many processes, kills: not one process
    process,       // one process
    aside,         // one process, complete in itself: it does not need mappings
    moment         // one process at one time: a second text of the kind is another snapshot
};

// Remarks that people add to a line, "<-- too much?".
enum class Remarks : std::uint8_t {
    taken_off,  // removed before the text is read
    kept        // its lines may contain anything, or are read as they are
};

// May the prefix of a first line of the kind count as a mark ("> ") of all lines?
enum class MayAnchor : std::uint8_t {
    yes,
    no  // only words and numbers: not distinctive enough
};

// Defaults for most kinds.
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

// The command after "$ " and the like, "jcmd 4711 VM.flags"; empty where the line is not a command.
std::string_view command_in(std::string_view line);
// The process id in a command; 0 where it names none.
std::uint64_t pid_in_command(std::string_view command);

}  // namespace nmtx
