// One parsed text of a paste: its kind, its main figures, and what was not understood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "allocator/jemalloc_stats.h"
#include "allocator/malloc_info.h"
#include "base/bytes.h"
#include "hotspot/areas/class_histogram.h"
#include "hotspot/areas/heap_info.h"
#include "hotspot/areas/system_map.h"
#include "hotspot/gc_log/gc_log.h"
#include "hotspot/hs_err/hs_err.h"
#include "hotspot/hs_err/vm_info.h"
#include "hotspot/hsperfdata.h"
#include "hotspot/identity.h"
#include "hotspot/nmt/nmt_paste.h"
#include "hotspot/threads/file_thread_dump.h"
#include "hotspot/threads/thread_dump.h"
#include "hotspot/tools/compiler_memory.h"
#include "hotspot/tools/jmap_heap.h"
#include "hotspot/tools/jstat.h"
#include "hotspot/tools/launcher_settings.h"
#include "hotspot/tools/vitals.h"
#include "kernel/containers/cgroup.h"
#include "kernel/containers/container_state.h"
#include "kernel/containers/container_stats.h"
#include "kernel/host_memory.h"
#include "kernel/mappings/smaps.h"
#include "kernel/oom/oom_log.h"
#include "kernel/process_table.h"
#include "kernel/status.h"
#include "kernel/top.h"
#include "pasted/divide/segments.h"
#include "process/told_figures.h"

namespace nmtx {

// A main figure of a text: an amount, a number, or words.
struct PastedFigure {
    std::string name;  // "RSS", "committed", "threads"
    std::optional<Bytes> bytes;
    std::optional<std::uint64_t> count;
    std::string words;
    std::optional<Delta> change;                 // of `bytes`, if the text has it
    std::optional<std::int64_t> count_change{};  // of `count`
    std::optional<Bytes> whole{};                // the whole of which `bytes` is a part: a limit
};

// A line, or the rest of a line after the part that was understood.
struct UnreadLine {
    std::size_t line = 0;  // of the input
    std::string text;      // shortened for quoting
    bool remark = false;
};

// "-Xmx256m -XX:+UseG1GC …", from anywhere.
struct JvmCommandLine {
    std::string options;
};

// An hs_err log or VM.info, with embedded texts that have their own parsers.
struct CrashLog {
    HsErr log;
    std::optional<Smaps> maps;     // "Dynamic libraries:"
    std::optional<PastedNmt> nmt;  // "Native Memory Tracking:"
};

// "Process Memory:" of an hs_err log or VM.info, without the rest.
struct ProcessMemoryPart {
    HsErrProcessMemory process;
    std::optional<CHeapUse> c_heap;
};

struct PssSeries {
    std::vector<Bytes> values;  // at most 100,000
};

using PastedContents =
    std::variant<std::monostate, PastedNmt, NmtRefusal, SystemMap, CrashLog, ThreadDump, HeapInfo,
                 std::vector<CodeHeap>, MetaspaceReport, JavaVersion, JvmCommandLine, Smaps, ProcessStatus,
                 Limits, Statm, CgroupMemory, PssSeries, SmapsRollup, MallocInfo, OomLog, Top, ProcessTable,
                 ContainerTable, GcLog, FileThreadDump, ClassHistogram, HsPerfData, ContainerReport,
                 HostMemory, LauncherSettings, JstatTable, JmapHeap, CompilerMemory, JemallocStats, Vitals,
                 ProcessMemoryPart>;

// The lines of a part: a view of the clean text if they are contiguous there and unchanged, otherwise a
// copy.
class PartText {
  public:
    PartText() = default;
    static PartText of_piece(std::string_view piece) {
        PartText text;
        text.view_ = piece;
        return text;
    }
    static PartText of_copy(std::string copy) {
        PartText text;
        text.copy_ = std::make_unique<const std::string>(std::move(copy));
        text.view_ = *text.copy_;
        return text;
    }
    std::string_view operator*() const { return view_; }
    const std::string_view* operator->() const { return &view_; }

  private:
    std::unique_ptr<const std::string> copy_;
    std::string_view view_;
};

struct PastedPart {
    Part part;
    PartText text;      // its own lines; `contents` points into them
    std::string title;  // "NMT summary, JDK 8, KB"
    std::vector<PastedFigure> figures;
    PastedContents contents;
    std::string problem;  // why it could not be read; empty where it was
    std::vector<UnreadLine> unread;
    std::size_t unread_left_out = 0;
    std::vector<std::string> notes;  // oddities
    std::optional<std::uint64_t> pid;
    bool piece = false;  // part of a longer text, as far as is known: not all mappings of the process
};

// Reads the text of a part. The result points into `text`, which must outlive it.
PastedPart read_part(const Part& part, std::string_view text);

}  // namespace nmtx
