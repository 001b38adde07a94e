// A report of VM.native_memory as people paste it: summary, detail, summary.diff or detail.diff of JDK 8 to
// 28 in any scale, or a piece of one: without title or total, begun in the middle, only the lines that a
// grep kept, without the dashes or the blank lines, with remarks after the figures, cut anywhere. Texts that
// parse_nmt() refuses are read here as far as possible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "hotspot/nmt/nmt.h"
#include "hotspot/nmt/nmt_sites.h"

namespace nmtx {

struct PastedNmt {
    NmtReport report;           // reserved and committed are 0 where has_total is false
    bool of_unix_diff = false;  // its changes are relative to another report, not to the JVM's baseline
    bool has_total = false;     // "Total: reserved=…, committed=…" was there
    std::optional<Bytes> omitted_below;  // "(Omitting categories weighting less than 1MB)"
    std::optional<NmtSites> sites;       // detail, detail.diff
    // What a complete report would have and this one lacks, in words: "no line \"Total:\"".
    std::vector<std::string> missing;
    NotUnderstood not_understood;  // points into the text
    // Where the report ends: the number of lines before the one that begins another report, or all.
    std::size_t lines = 0;
};

// The first report of the text. An error where there is no part of one.
Expected<std::variant<PastedNmt, NmtRefusal>> parse_pasted_nmt(std::string_view text,
                                                               std::string_view document = "nmt");

// The reply of "VM.native_memory statistics": the state of NMT's own table of call sites, which is not the
// process's memory.
struct NmtStatistics {
    std::optional<std::string> state;            // "detail", 17 and later
    std::optional<std::uint64_t> table_size;     // buckets of the table of call sites
    std::optional<std::uint64_t> stack_depth;    // frames kept per call stack
    std::optional<std::uint64_t> preinit_bytes;  // taken from malloc before NMT started, 17 and later
    NotUnderstood not_understood;                // points into the text
};

Expected<NmtStatistics> parse_nmt_statistics(std::string_view text, std::string_view document = "nmt");

}  // namespace nmtx
