// jemalloc's own statistics: malloc_stats_print() and MALLOC_CONF=stats_print:true, as text or as JSON
// (format: jemalloc src/stats.c, stats_print_helper), and the reports of its profiler, `jeprof --text`
// (format: jeprof, PrintText; the pprof of gperftools prints the same).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct JemallocStats {
    std::string_view version;
    Bytes allocated;                // requested by the program, rounded up to jemalloc's size classes
    std::optional<Bytes> active;    // pages that hold at least one such block
    std::optional<Bytes> metadata;  // jemalloc's own
    std::optional<Bytes> resident;  // active, dirty and metadata pages: an upper bound of its RSS
    std::optional<Bytes> mapped;
    std::optional<Bytes> retained;  // address space that is kept for later, not resident
    std::optional<Bytes> dirty;     // freed pages not yet given back, of all arenas
    std::optional<std::uint64_t> arenas;
    std::optional<std::int64_t> dirty_decay_ms;  // -1: freed pages are never given back
    std::optional<bool> background_thread;
    bool whole = false;  // its last line is there
};

// Fails where the line "Allocated: …", or its equivalent in JSON, is missing.
Expected<JemallocStats> parse_jemalloc_stats(std::string_view text,
                                             std::string_view document = "jemalloc statistics");
// "Allocated: 17394176, active: 155627520, …"
bool is_jemalloc_totals(std::string_view line);

struct JeprofRow {
    std::optional<Bytes> flat, cumulative;  // of the function itself; including its callees. Nothing where
                                            // they are not amounts of memory, or in an unknown unit
    double flat_percent = 0, cumulative_percent = 0;
    std::string_view function;
};
enum class JeprofUnit { unknown, megabytes, bytes, objects };
struct JeprofText {
    JeprofUnit unit = JeprofUnit::unknown;
    std::optional<Bytes> total;
    std::vector<JeprofRow> rows;
    NotUnderstood not_understood;
};
Expected<JeprofText> parse_jeprof(std::string_view text, std::string_view document = "jeprof");
// "     2.5  56.7%  56.7%      2.5  56.7% je_prof_backtrace"
bool is_jeprof_row(std::string_view line);
// "Total: 4.4 MB"
bool is_jeprof_total(std::string_view line);

}  // namespace nmtx
