// What a record keeps of processes over time, as plain data: runs, and the samples of each. The file that
// holds it: docs/reference/formats/record-file.md.
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
    std::int64_t id = 0;              // in its file; ascending as they began
    std::vector<std::int64_t> parts;  // further ids, of runs of the same process that were joined with it
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;  // since boot: detects a reused pid
    std::string boot_id;            // of the kernel that it ran on
    std::string command;            // the command line, joined by blanks, secrets redacted
    std::string java;               // "17.0.15"; empty where unknown
    std::string gc;
    std::string nmt_level;
    std::string nmtx_version;
    std::optional<Bytes> physical_memory;  // of the host
    std::optional<std::int64_t>
        ended_ms;     // on the file's time line; absent while it runs or where nobody saw
    std::string end;  // why recording ended: "the process ended", "interrupted", …
    [[nodiscard]] bool has_id(std::int64_t wanted) const;
};

// Three readings of one snapshot, in milliseconds.
struct SampleTime {
    // The file's own time line: that of the wall clock when the file began, and after that it never goes back
    // nor jumps, whatever is done to the clock.
    std::int64_t line_ms = 0;
    std::int64_t wall_ms = 0;  // CLOCK_REALTIME
    std::int64_t boot_ms = 0;  // CLOCK_BOOTTIME, which goes on while the host sleeps
};

enum class Depth : std::uint8_t {
    light,  // smaps and NMT's totals: what needs addresses inside HotSpot, or malloc's chunks, is not told
            // apart
    full    // the ledger of `nmtx PID`
};

struct OwnerBytes {
    std::string path;
    Bytes resident;
};

// Of NMT's summary, one category.
struct CategorySample {
    std::string name;
    Bytes committed;                     // malloc included
    Bytes malloc;                        // arenas included
    std::optional<std::uint64_t> count;  // malloc's blocks
};

struct NmtSample {
    Bytes committed;
    Bytes malloc;
    std::vector<CategorySample> categories;  // that hold anything
};

// By the walk over malloc's chunks, resident bytes.
struct MallocSample {
    Bytes live;       // tracked and untracked
    Bytes untracked;  // of it, or all of it where nothing distinguishes NMT's blocks
    Bytes free;       // freed, and kept by malloc
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
    Bytes rss;            // by smaps, the sum of `owners`
    std::vector<OwnerBytes> owners;
    std::optional<NmtSample> nmt;
    std::optional<MallocSample> malloc;
    std::optional<std::uint64_t> threads;
    std::optional<Bytes>
        heap_used;  // of the Java heap, by hsperfdata: some collectors update it when they collect
    std::optional<std::uint64_t> collections;
    std::optional<Bytes> cgroup_current;
    std::optional<Bytes> cgroup_limit;
    SampleCost cost;
};

// A time in which the recorder could not write to its file: by the file's time line.
struct RecordedGap {
    std::int64_t from_ms = 0, to_ms = 0;
    std::uint64_t waited = 0;  // samples that were taken then and written afterwards
    std::uint64_t lost = 0;    // samples that are not in the file
    std::string reason;        // "the disk is full", …
};

struct RecordedSeries {
    RecordedRun run;
    std::vector<Sample> samples;    // ascending in time
    std::vector<RecordedGap> gaps;  // those in the time of the samples
};

// What is kept of one snapshot. `time` and the costs but attach_ms are the caller's to fill in.
Sample sample_of(const Moment& moment, Depth depth);

// Names the process; id, boot_id and physical_memory are the caller's.
RecordedRun run_of(const ProcessView& view);

// Is it the run of this very process? Captures of before the boot was kept tell by the rest alone.
bool is_run_of(const RecordedRun& run, const CaptureHeader& process);

// Resident bytes of all owners that are `prefix` or lie below it.
Bytes resident_below(const Sample& sample, std::string_view prefix);

}  // namespace nmtx
