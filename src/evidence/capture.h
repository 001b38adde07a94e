// A capture: the raw evidence of one snapshot of one process, as named documents, and what could not be had.
// Everything that a report shows follows from a Capture alone, so that a stored one prints what the live run
// printed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "evidence/effort.h"

namespace nmtx {

// Names of the documents. Those of HotSpot are "hotspot/" + the diagnostic command, word for word.
namespace document {
inline constexpr std::string_view status = "kernel/status";
inline constexpr std::string_view statm_before = "kernel/statm before";
inline constexpr std::string_view statm_after = "kernel/statm after";
inline constexpr std::string_view smaps = "kernel/smaps";
inline constexpr std::string_view resident_mappings =
    "kernel/resident mappings";  // instead of smaps: its headers, and of its fields Rss alone
inline constexpr std::string_view smaps_rollup = "kernel/smaps_rollup";
inline constexpr std::string_view limits = "kernel/limits";
inline constexpr std::string_view cmdline = "kernel/cmdline";            // NUL-separated, secrets redacted
inline constexpr std::string_view auxv = "kernel/auxv";                  // kept as it is: no report needs it
inline constexpr std::string_view exe = "kernel/exe";                    // the link's text
inline constexpr std::string_view tasks = "kernel/tasks";                // kernel/tasks.h
inline constexpr std::string_view tasks_before = "kernel/tasks before";  // at the begin of an interval
inline constexpr std::string_view tasks_middle =
    "kernel/tasks middle";  // in the middle of an interval, where stacks were taken then
inline constexpr std::string_view native_stacks = "threads/native stacks.json";  // documents/native_stacks.h
inline constexpr std::string_view java_threads = "threads/java threads.json";    // documents/java_threads.h
inline constexpr std::string_view threads_max = "kernel/threads-max";  // /proc/sys/kernel/threads-max
inline constexpr std::string_view transparent_hugepage =
    "kernel/transparent_hugepage";  // /sys/kernel/mm/transparent_hugepage/enabled; none: the kernel has none
inline constexpr std::string_view cgroup = "kernel/cgroup";
inline constexpr std::string_view cgroup_memory = "kernel/cgroup memory";  // kernel/containers/cgroup.h
inline constexpr std::string_view cgroup_pids = "kernel/cgroup pids";      // kernel/containers/cgroup.h
inline constexpr std::string_view cgroup_cpu = "kernel/cgroup cpu";        // kernel/cpus.h
inline constexpr std::string_view cpus_online = "kernel/cpus online";      // kernel/cpus.h
inline constexpr std::string_view residency = "kernel/residency";          // documents/residency.h
inline constexpr std::string_view hsperfdata = "hotspot/hsperfdata";       // binary, secrets redacted
inline constexpr std::string_view libjvm =
    "hotspot/libjvm";  // its banner; only where nothing else tells the version (hotspot/identity.h)
inline constexpr std::string_view loaded_images = "kernel/loaded images";  // kernel/mappings/loaded_images.h
inline constexpr std::string_view attach =
    "hotspot/attach";  // only ever missing: why the JVM could not be asked
inline constexpr std::string_view malloc_layout = "malloc/layout";     // allocator/malloc_layout.h
inline constexpr std::string_view malloc_walk = "malloc/walk.json";    // allocator/malloc_walk.h
inline constexpr std::string_view thread_entries = "threads/entries";  // process/thread_entries.h
inline constexpr std::string_view thread_stacks = "threads/stacks";    // kernel/thread_bounds.h
inline constexpr std::string_view nmt_file =
    "hotspot/VM.native_memory from a file";  // text that someone else produced
inline constexpr std::string_view hotspot_prefix = "hotspot/";
}  // namespace document

// Evidence that could not be had, and what the reader can do about it.
struct Missing {
    std::string why;
    std::string hint;  // may be empty
    friend bool operator==(const Missing&, const Missing&) = default;
};

// One thing that was tried, in the order of trying. Times in milliseconds since the capture began.
struct Step {
    std::string document;
    double at_ms = 0;
    double took_ms = 0;
};

struct Cost {
    double cpu_ms = 0;  // of nmtx itself, until everything was collected
    double wall_ms = 0;
    double attach_ms = 0;  // of that: waiting for the JVM's answers
    std::optional<double>
        stood_still_ms;  // how long the target's threads were stopped; absent where they were not
};

// What --redact has replaced in a capture.
struct Redaction {
    std::map<std::string, std::uint64_t> different;  // by what they were: "name", "host", "ip", "mail", "id"
    std::uint64_t places = 0;                        // where one of these stood
    std::vector<std::string> left_out;               // documents
    friend bool operator==(const Redaction&, const Redaction&) = default;
};

struct CaptureHeader {
    int format = 1;
    std::string nmtx_version;
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;  // of the process, since boot: detects a reused pid
    std::string boot_id;            // of the system that it runs on; empty in captures of before it was kept
    std::string taken_at;           // UTC, "2026-11-22T20:16:28Z"
    double target_uptime_s = 0;
    std::string kernel_release;    // uname -r
    std::optional<Effort> effort;  // nothing where the archive does not show
    std::uint32_t page_size = 4096;
    Cost cost;
    std::optional<Redaction> redaction;  // absent where only secrets were taken out
};

class Capture {
  public:
    CaptureHeader header;

    // Later documents replace earlier ones of the same name. The text keeps its place in memory as long as
    // the capture lives.
    void add(std::string_view name, std::string text);
    void miss(std::string_view name, Missing missing);
    void note_step(Step step) { steps_.push_back(std::move(step)); }

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
    [[nodiscard]] const Missing* missing(std::string_view name) const;
    [[nodiscard]] bool tried(std::string_view name) const {
        return text(name).has_value() || missing(name) != nullptr;
    }

    [[nodiscard]] const std::map<std::string, std::unique_ptr<const std::string>, std::less<>>& documents()
        const {
        return documents_;
    }
    [[nodiscard]] const std::map<std::string, Missing, std::less<>>& missing_documents() const {
        return missing_;
    }
    [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

  private:
    std::map<std::string, std::unique_ptr<const std::string>, std::less<>> documents_;
    std::map<std::string, Missing, std::less<>> missing_;
    std::vector<Step> steps_;
};

}  // namespace nmtx
