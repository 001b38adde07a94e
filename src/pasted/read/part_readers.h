// The readers of all kinds of text, one function each, named after the kind (read_part.cc has the table).
// Each gets a part with its text, and sets title, figures, contents, problem and what was not understood.
#pragma once

#include <utility>

#include "base/not_understood.h"
#include "pasted/divide/unix_diff.h"
#include "pasted/parts/pasted_part.h"

namespace nmtx::pasted {

void read_nmt(PastedPart& part);
// The second report, with its changes since the first.
PastedPart read_unix_diff(const NmtUnixDiff& diff);
void read_system_map(PastedPart& part);
void read_vm_info(PastedPart& part);
void read_hs_err(PastedPart& part);
void read_process_memory(PastedPart& part);
void read_thread_dump(PastedPart& part);
void read_heap_info(PastedPart& part);
void read_codecache(PastedPart& part);
void read_metaspace(PastedPart& part);
void read_vm_version(PastedPart& part);
void read_vm_flags(PastedPart& part);
void read_flag_table(PastedPart& part);
void read_vm_arguments(PastedPart& part);
void read_java_command(PastedPart& part);
void read_answer(PastedPart& part);
void read_smaps(PastedPart& part);
void read_maps(PastedPart& part);
void read_pmap(PastedPart& part);
void read_smaps_rollup(PastedPart& part);
void read_status(PastedPart& part);
void read_limits(PastedPart& part);
void read_statm(PastedPart& part);
void read_cgroup(PastedPart& part);
void read_gc_log(PastedPart& part);
void read_thread_file(PastedPart& part);
void read_class_histogram(PastedPart& part);
void read_safepoint(PastedPart& part);
void read_short_reply(PastedPart& part);
void read_uptime(PastedPart& part);
void read_hsperfdata(PastedPart& part);
void read_malloc_info(PastedPart& part);
void read_malloc_stats(PastedPart& part);
void read_oom(PastedPart& part);
void read_top(PastedPart& part);
void read_process_rows(PastedPart& part);
void read_container_rows(PastedPart& part);
void read_pod(PastedPart& part);
void read_inspect(PastedPart& part);
void read_cgroup_rows(PastedPart& part);
void read_meminfo(PastedPart& part);
void read_free_memory(PastedPart& part);
void read_jstat(PastedPart& part);
void read_jmap_heap(PastedPart& part);
void read_vm_settings(PastedPart& part);
void read_compiler_memory(PastedPart& part);
void read_vitals(PastedPart& part);
void read_jemalloc(PastedPart& part);
void read_jeprof(PastedPart& part);
void read_pss_series(PastedPart& part);
void read_names(PastedPart& part);
void read_javacore(PastedPart& part);
void read_archive(PastedPart& part);

PastedFigure amount(std::string name, Bytes bytes);
PastedFigure amount(std::string name, Bytes bytes, Delta change);
PastedFigure number(std::string name, std::uint64_t count);
PastedFigure words(std::string name, std::string text);
void add(PastedPart& part, std::string name, const std::optional<Bytes>& bytes);

// Remarks at the ends of its lines, "<-- too much?", are added to what was not understood.
void take_remarks_off(PastedPart& part);
// With line numbers of the input.
void take_unread(PastedPart& part, const NotUnderstood& unread);
// "document:17: what": a parser's error, with the line of the input.
std::string problem_of(const PastedPart& part, const Error& error);

// Stores the parser's result in the part's contents, with what was not understood; null, and a problem of
// the part, where nothing could be read.
template <typename Parsed>
Parsed* taken(PastedPart& part, Expected<Parsed> parsed) {
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return nullptr;
    }
    if constexpr (requires { parsed->not_understood; }) take_unread(part, parsed->not_understood);
    return &part.contents.emplace<Parsed>(std::move(*parsed));
}

}  // namespace nmtx::pasted
