// Everything that was parsed of one capture: plain data, each part absent where its document was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "allocator/malloc_layout.h"
#include "allocator/malloc_walk.h"
#include "documents/java_threads.h"
#include "documents/native_stacks.h"
#include "documents/residency.h"
#include "evidence/capture.h"
#include "hotspot/areas/heap_info.h"
#include "hotspot/areas/system_map.h"
#include "hotspot/hs_err/vm_info.h"
#include "hotspot/hsperfdata.h"
#include "hotspot/identity.h"
#include "hotspot/nmt/nmt.h"
#include "hotspot/nmt/nmt_sites.h"
#include "hotspot/nmt_level.h"
#include "hotspot/replies.h"
#include "hotspot/threads/thread_dump.h"
#include "kernel/containers/cgroup.h"
#include "kernel/cpus.h"
#include "kernel/huge_pages.h"
#include "kernel/mappings/loaded_images.h"
#include "kernel/mappings/smaps.h"
#include "kernel/mappings/vm.h"
#include "kernel/oom/oom_log.h"
#include "kernel/status.h"
#include "kernel/tasks.h"
#include "kernel/thread_bounds.h"
#include "process/thread_entries.h"

namespace nmtx {

// A document that was asked for and is not there, or is there and could not be understood.
struct MissingDocument {
    std::string what;
    std::string why;
    std::string hint;
};

// A process that runs and a stored capture of it give the same view.
enum class Origin { capture, pasted };

struct ProcessView {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    ProcessView();
    ProcessView(const ProcessView&);
    ProcessView(ProcessView&&) noexcept;
    ProcessView& operator=(const ProcessView&);
    ProcessView& operator=(ProcessView&&) noexcept;
    ~ProcessView();

    Origin origin = Origin::capture;
    CaptureHeader header;
    std::vector<Step> steps;  // what was read when, in the order of reading
    Vm vm = Vm::unknown;      // unknown until smaps was read

    std::optional<ProcessStatus> status;
    std::optional<Statm> statm_before, statm_after;
    std::optional<Smaps> smaps;
    std::optional<Limits> limits;
    std::optional<std::vector<Task>> tasks;
    std::optional<std::vector<Task>> tasks_before;  // at the begin of an interval that `tasks` ends
    std::optional<std::vector<Task>> tasks_middle;  // when native stacks were taken
    std::optional<NativeStacks> native_stacks;
    std::optional<JavaThreadList> java_threads;  // by the JVM's memory
    std::optional<std::uint64_t> threads_max;    // of the whole system
    std::optional<CgroupMemory> cgroup;
    std::optional<CgroupPids> cgroup_pids;
    std::optional<OomLog> oom_log;  // of a pasted text alone: of a process that is no more
    std::optional<CgroupCpu> cgroup_cpu;
    std::optional<std::uint64_t> cpus_online;  // of the host
    std::optional<Residency> residency;
    std::optional<LoadedImages> loaded_images;
    std::optional<ThpMode> thp;               // of the whole system
    std::vector<std::string_view> arguments;  // of the command line
    std::string exe;

    std::optional<HsPerfData> perf;
    std::optional<JvmOptions> options;
    std::optional<JavaVersion> version;      // the JVM's answer
    std::optional<JavaVersion> libjvm;       // what its library says, where nothing else tells the version
    std::optional<NmtReport> nmt;            // totals and categories: in bytes where the JVM can
    bool nmt_from_file = false;              // of another time, perhaps of another process
    std::optional<NmtReport> nmt_map;        // a report with the virtual memory map
    std::optional<NmtSites> nmt_sites;       // call sites: in bytes where they were asked for
    std::optional<std::string> nmt_refusal;  // "Native memory tracking is not enabled"
    std::optional<SystemMap> system_map;
    std::optional<VmInfo> vm_info;
    std::optional<HeapInfo> heap_info;
    std::optional<std::vector<CodeHeap>> code_heaps;
    CodeCacheState code_cache_state;  // what of it the JVM says
    std::optional<MetaspaceReport> metaspace;
    std::optional<MallocLayout> malloc_layout;
    std::optional<MallocWalk> malloc_walk;
    std::optional<ThreadDump> thread_dump;
    std::optional<std::vector<ThreadEntry>> thread_entries;
    std::optional<ThreadBounds> thread_bounds;
    std::optional<VmFlags> vm_flags;  // in effect; of a paste those that were given

    std::vector<MissingDocument> missing;

    // The reading of a document, null where no step tells; of several the last, which replaced those before.
    [[nodiscard]] const Step* step_of(std::string_view document) const;
    // How long it took.
    [[nodiscard]] std::optional<double> took_ms(std::string_view document) const;
    // The walk over malloc's chunks, where one was made and found its arenas.
    [[nodiscard]] const MallocWalk* walk() const {
        return malloc_walk && malloc_walk->walked() ? &*malloc_walk : nullptr;
    }
    // By the JVM's answers, else by its options.
    [[nodiscard]] NmtLevel nmt_level() const;
    // "G1", "Z", …; empty where nothing shows it.
    [[nodiscard]] std::string gc() const;
    [[nodiscard]] std::optional<int> java_feature() const;
    // "17.0.15" for people; empty where unknown.
    [[nodiscard]] std::string java_version() const;
};

inline bool is_pasted(const ProcessView& view) {
    return view.origin == Origin::pasted;
}

// The diagnostic commands that we ask, as they name documents (behind "hotspot/").
namespace question {
inline constexpr std::string_view version = "VM.version";
inline constexpr std::string_view nmt_summary_bytes = "VM.native_memory summary scale=b";
inline constexpr std::string_view nmt_summary = "VM.native_memory summary";
// The summary once more (it is what NMT prints unless told otherwise): in bytes, so not on 8.
inline constexpr std::string_view nmt_again = "VM.native_memory scale=b";
inline constexpr std::string_view nmt_detail = "VM.native_memory detail";
// Call sites in bytes, small ones too: asked where sites are wanted, in place of the one above. Not on 8.
inline constexpr std::string_view nmt_detail_bytes = "VM.native_memory detail scale=b";
inline constexpr std::string_view system_map = "System.map";
inline constexpr std::string_view vm_info = "VM.info";
inline constexpr std::string_view heap_info = "GC.heap_info";
inline constexpr std::string_view codecache = "Compiler.codecache";
inline constexpr std::string_view metaspace = "VM.metaspace basic";
inline constexpr std::string_view flags = "VM.flags";
inline constexpr std::string_view command_line = "VM.command_line";
// A safepoint: asked for the report on threads alone.
inline constexpr std::string_view thread_print = "Thread.print";
}  // namespace question

std::string document_of(std::string_view command);  // "hotspot/" + command

}  // namespace nmtx
