// The recognisers of the table in kinds.cc: for each kind how it begins and what belongs to it.
#pragma once

#include "base/cursor.h"
#include "pasted/kinds.h"

namespace nmtx::kinds {

bool begins_nmt(const LineInContext& at);
Fit belongs_nmt(const LineInContext& at, PartSoFar& part);
bool begins_hs_err(const LineInContext& at);
Fit belongs_hs_err(const LineInContext& at, PartSoFar& part);
bool begins_vm_info(const LineInContext& at);
// "C-Heap outstanding allocations: …" behind the name of its file.
std::string_view without_file_of_grep(std::string_view text);
bool begins_process_memory(const LineInContext& at);
Fit belongs_process_memory(const LineInContext& at, PartSoFar& part);
bool begins_gc_log(const LineInContext& at);
Fit belongs_gc_log(const LineInContext& at, PartSoFar& part);
bool begins_thread_dump(const LineInContext& at);
Fit belongs_thread_dump(const LineInContext& at, PartSoFar& part);
bool begins_thread_file(const LineInContext& at);
Fit belongs_thread_file(const LineInContext& at, PartSoFar& part);
bool begins_system_map(const LineInContext& at);
Fit belongs_system_map(const LineInContext& at, PartSoFar& part);
bool begins_heap_info(const LineInContext& at);
Fit belongs_heap_info(const LineInContext& at, PartSoFar& part);
bool begins_codecache(const LineInContext& at);
Fit belongs_codecache(const LineInContext& at, PartSoFar& part);
bool begins_metaspace(const LineInContext& at);
Fit belongs_metaspace(const LineInContext& at, PartSoFar& part);
bool begins_vm_version(const LineInContext& at);
Fit belongs_vm_version(const LineInContext& at, PartSoFar& part);
bool begins_vm_flags(const LineInContext& at);
Fit belongs_vm_flags(const LineInContext& at, PartSoFar& part);
bool begins_flag_table(const LineInContext& at);
Fit belongs_flag_table(const LineInContext& at, PartSoFar& part);
bool begins_vm_arguments(const LineInContext& at);
Fit belongs_vm_arguments(const LineInContext& at, PartSoFar& part);
bool begins_uptime(const LineInContext& at);
bool begins_answer(const LineInContext& at);
bool begins_javacore(const LineInContext& at);
Fit belongs_javacore(const LineInContext& at, PartSoFar& part);

bool begins_smaps(const LineInContext& at);
Fit belongs_smaps(const LineInContext& at, PartSoFar& part);
bool begins_smaps_rollup(const LineInContext& at);
Fit belongs_smaps_rollup(const LineInContext& at, PartSoFar& part);
bool begins_maps(const LineInContext& at);
Fit belongs_maps(const LineInContext& at, PartSoFar& part);
bool begins_pmap(const LineInContext& at);
Fit belongs_pmap(const LineInContext& at, PartSoFar& part);
bool begins_status(const LineInContext& at);
Fit belongs_status(const LineInContext& at, PartSoFar& part);
bool begins_limits(const LineInContext& at);
Fit belongs_limits(const LineInContext& at, PartSoFar& part);
bool begins_statm(const LineInContext& at);
bool begins_cgroup(const LineInContext& at);
Fit belongs_cgroup(const LineInContext& at, PartSoFar& part);
bool begins_malloc_info(const LineInContext& at);
Fit belongs_malloc_info(const LineInContext& at, PartSoFar& part);
bool begins_oom(const LineInContext& at);
Fit belongs_oom(const LineInContext& at, PartSoFar& part);
bool begins_top(const LineInContext& at);
Fit belongs_top(const LineInContext& at, PartSoFar& part);
bool begins_process_rows(const LineInContext& at);
bool begins_container_rows(const LineInContext& at);
Fit belongs_rows(const LineInContext& at, PartSoFar& part);
bool begins_class_histogram(const LineInContext& at);
Fit belongs_class_histogram(const LineInContext& at, PartSoFar& part);
bool begins_safepoint(const LineInContext& at);
Fit belongs_safepoint(const LineInContext& at, PartSoFar& part);
bool begins_malloc_stats(const LineInContext& at);
Fit belongs_malloc_stats(const LineInContext& at, PartSoFar& part);
bool begins_short_reply(const LineInContext& at);
Fit belongs_short_reply(const LineInContext& at, PartSoFar& part);
bool begins_pss_series(const LineInContext& at);
Fit belongs_pss_series(const LineInContext& at, PartSoFar& part);
bool begins_names(const LineInContext& at);
Fit belongs_names(const LineInContext& at, PartSoFar& part);
bool begins_java_command(const LineInContext& at);
Fit belongs_java_command(const LineInContext& at, PartSoFar& part);
bool begins_hsperfdata(const LineInContext& at);
bool begins_archive(const LineInContext& at);
Fit belongs_whatever(const LineInContext& at, PartSoFar& part);

bool begins_vitals(const LineInContext& at);
Fit belongs_vitals(const LineInContext& at, PartSoFar& part);
bool begins_jstat(const LineInContext& at);
Fit belongs_jstat(const LineInContext& at, PartSoFar& part);
bool begins_compiler_memory(const LineInContext& at);
Fit belongs_compiler_memory(const LineInContext& at, PartSoFar& part);
bool begins_jemalloc(const LineInContext& at);
Fit belongs_jemalloc(const LineInContext& at, PartSoFar& part);
bool begins_jeprof(const LineInContext& at);
Fit belongs_jeprof(const LineInContext& at, PartSoFar& part);
bool begins_pod(const LineInContext& at);
Fit belongs_pod(const LineInContext& at, PartSoFar& part);
bool begins_inspect(const LineInContext& at);
Fit belongs_inspect(const LineInContext& at, PartSoFar& part);
bool begins_meminfo(const LineInContext& at);
Fit belongs_meminfo(const LineInContext& at, PartSoFar& part);
bool begins_free(const LineInContext& at);
Fit belongs_free(const LineInContext& at, PartSoFar& part);
bool begins_cgroup_rows(const LineInContext& at);
Fit belongs_cgroup_rows(const LineInContext& at, PartSoFar& part);
bool begins_jmap_heap(const LineInContext& at);
Fit belongs_jmap_heap(const LineInContext& at, PartSoFar& part);
bool begins_vm_settings(const LineInContext& at);
Fit belongs_vm_settings(const LineInContext& at, PartSoFar& part);

bool begins_command(const LineInContext& at);
Fit belongs_command(const LineInContext& at, PartSoFar& part);
bool begins_pid_line(const LineInContext& at);
// Kinds of one line.
Fit belongs_nothing(const LineInContext& at, PartSoFar& part);

inline bool contains(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

template <typename List>
bool begins_with_one_of(std::string_view text, const List& list) {
    for (const std::string_view word : list) {
        if (text.starts_with(word)) return true;
    }
    return false;
}

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "...", "[...]", "(…)": somebody left lines out.
bool is_elision(std::string_view trimmed);
// Of `pmap`, whose heading is also like that of a table of processes.
bool is_pmap_heading(std::string_view text);
// A line of what the JVM prints of its heap, in GC.heap_info, GC logs and thread dumps.
bool is_heap_line(std::string_view text);

}  // namespace nmtx::kinds
