// A record's data on processes over time: runs, and the samples of each.
// docs/reference/formats/record-file.md describes the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "ledger/owner_paths.h"

namespace nmtx {

// One process from its first sample to its last.
struct RecordedRun {
    std::int64_t id = 0;              // in its file; ascending by start
    std::vector<std::int64_t> parts;  // ids of further runs of the same process that were joined with it
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;  // since boot: detects a reused pid
    std::string boot_id;            // of the kernel it ran on
    std::string command;            // the command line, joined by blanks, secrets redacted
    std::string java;               // "17.0.15"; empty where unknown
    std::string gc;
    std::string nmt_level;
    std::string nmtx_version;
    std::optional<Bytes> physical_memory;  // of the host
    std::optional<std::int64_t> ended_ms;  // on the file's time line; absent while it runs or where unknown
    std::string end;                       // why recording ended: "the process ended", "interrupted", …
    [[nodiscard]] bool has_id(std::int64_t wanted) const;
};

// Three clocks at the same time, in milliseconds.
struct SampleTime {
    // The file's own time line: it starts as the wall clock's time, and never goes back or jumps, even if
    // the clock is changed.
    std::int64_t line_ms = 0;
    std::int64_t wall_ms = 0;  // CLOCK_REALTIME
    std::int64_t boot_ms = 0;  // CLOCK_BOOTTIME, which continues while the host sleeps
};

enum class Depth : std::uint8_t {
    light,  // RSS of each mapping and NMT's totals: areas that need HotSpot's addresses or malloc's chunks
            // are not separated
    full    // the ledger of `nmtx PID`
};

struct OwnerBytes {
    std::string path;
    Bytes resident;
};

// One category of NMT's summary.
struct CategorySample {
    std::string name;
    Bytes committed;                     // malloc included
    Bytes malloc;                        // arenas included
    std::optional<std::uint64_t> count;  // malloc's blocks
};

struct NmtSample {
    Bytes committed;
    Bytes malloc;
    std::vector<CategorySample> categories;  // only categories with memory
};

// Resident bytes, by the malloc walk.
struct MallocSample {
    Bytes live;       // tracked and untracked
    Bytes untracked;  // part of live, or all of it where NMT's blocks cannot be distinguished
    Bytes free;       // freed but retained by malloc
    bool told_apart = false;
};

struct SampleCost {
    double attach_ms = 0;  // waiting for the JVM's answers
    double cpu_ms = 0;     // of nmtx
    double wall_ms = 0;
};

struct Sample {
    SampleTime time;
    Depth depth = Depth::light;
    double uptime_s = 0;  // of the process
    Bytes rss;            // by the page tables, the sum of `owners`
    std::vector<OwnerBytes> owners;
    std::optional<NmtSample> nmt;
    std::optional<MallocSample> malloc;
    std::optional<std::uint64_t> threads;
    std::optional<Bytes>
        heap_used;  // of the Java heap, by hsperfdata: some collectors update it only when they collect
    std::optional<std::uint64_t> collections;
    // Of the process's memory cgroup or of one above it, whichever has the least left of its limit.
    std::optional<Bytes> cgroup_current;
    std::optional<Bytes> cgroup_limit;
    SampleCost cost;
};

// A time in which the recorder could not write to its file, on the file's time line.
struct RecordedGap {
    std::int64_t from_ms = 0, to_ms = 0;
    std::uint64_t waited = 0;  // samples that were written afterwards
    std::uint64_t lost = 0;    // samples that are not in the file
    std::string reason;        // "the disk is full", …
};

struct RecordedSeries {
    RecordedRun run;
    std::vector<Sample> samples;    // ascending in time
    std::vector<RecordedGap> gaps;  // those within the time of the samples
};

// The sample of one snapshot. The caller fills in `time` and the costs except attach_ms.
Sample sample_of(const Moment& moment, Depth depth);

// The run of the process; the caller fills in id, boot_id and physical_memory.
RecordedRun run_of(const ProcessView& view);

// Is it the run of this process? Older captures without a boot id are compared by the rest.
bool is_run_of(const RecordedRun& run, const CaptureHeader& process);

// Resident bytes of `prefix` and all owners below it.
Bytes resident_below(const Sample& sample, std::string_view prefix);

}  // namespace nmtx
