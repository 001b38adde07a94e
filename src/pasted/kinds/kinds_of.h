// The recognisers of the table in kinds.cc: for each kind how it begins and what belongs to it.
#pragma once

#include "base/characters.h"
#include "base/cursor.h"
#include "base/words.h"
#include "pasted/kinds/kinds.h"

namespace nmtx::kinds {

bool begins_nmt(const LineInContext& at);
LineFit belongs_nmt(const LineInContext& at, PartSoFar& part);
bool begins_hs_err(const LineInContext& at);
LineFit belongs_hs_err(const LineInContext& at, PartSoFar& part);
bool begins_vm_info(const LineInContext& at);
// "C-Heap outstanding allocations: …" after the name of its file.
std::string_view without_file_of_grep(std::string_view text);
bool begins_process_memory(const LineInContext& at);
LineFit belongs_process_memory(const LineInContext& at, PartSoFar& part);
bool begins_gc_log(const LineInContext& at);
LineFit belongs_gc_log(const LineInContext& at, PartSoFar& part);
bool begins_thread_dump(const LineInContext& at);
LineFit belongs_thread_dump(const LineInContext& at, PartSoFar& part);
bool begins_thread_file(const LineInContext& at);
LineFit belongs_thread_file(const LineInContext& at, PartSoFar& part);
bool begins_system_map(const LineInContext& at);
LineFit belongs_system_map(const LineInContext& at, PartSoFar& part);
bool begins_heap_info(const LineInContext& at);
LineFit belongs_heap_info(const LineInContext& at, PartSoFar& part);
bool begins_codecache(const LineInContext& at);
LineFit belongs_codecache(const LineInContext& at, PartSoFar& part);
bool begins_metaspace(const LineInContext& at);
LineFit belongs_metaspace(const LineInContext& at, PartSoFar& part);
bool begins_vm_version(const LineInContext& at);
LineFit belongs_vm_version(const LineInContext& at, PartSoFar& part);
bool begins_vm_flags(const LineInContext& at);
LineFit belongs_vm_flags(const LineInContext& at, PartSoFar& part);
bool begins_flag_table(const LineInContext& at);
LineFit belongs_flag_table(const LineInContext& at, PartSoFar& part);
bool begins_vm_arguments(const LineInContext& at);
LineFit belongs_vm_arguments(const LineInContext& at, PartSoFar& part);
bool begins_uptime(const LineInContext& at);
bool begins_answer(const LineInContext& at);
bool begins_javacore(const LineInContext& at);
LineFit belongs_javacore(const LineInContext& at, PartSoFar& part);

bool begins_smaps(const LineInContext& at);
LineFit belongs_smaps(const LineInContext& at, PartSoFar& part);
bool begins_smaps_rollup(const LineInContext& at);
LineFit belongs_smaps_rollup(const LineInContext& at, PartSoFar& part);
bool begins_maps(const LineInContext& at);
LineFit belongs_maps(const LineInContext& at, PartSoFar& part);
bool begins_pmap(const LineInContext& at);
LineFit belongs_pmap(const LineInContext& at, PartSoFar& part);
bool begins_status(const LineInContext& at);
LineFit belongs_status(const LineInContext& at, PartSoFar& part);
bool begins_limits(const LineInContext& at);
LineFit belongs_limits(const LineInContext& at, PartSoFar& part);
bool begins_statm(const LineInContext& at);
bool begins_cgroup(const LineInContext& at);
LineFit belongs_cgroup(const LineInContext& at, PartSoFar& part);
bool begins_malloc_info(const LineInContext& at);
LineFit belongs_malloc_info(const LineInContext& at, PartSoFar& part);
bool begins_oom(const LineInContext& at);
LineFit belongs_oom(const LineInContext& at, PartSoFar& part);
bool begins_top(const LineInContext& at);
LineFit belongs_top(const LineInContext& at, PartSoFar& part);
bool begins_process_rows(const LineInContext& at);
bool begins_container_rows(const LineInContext& at);
LineFit belongs_rows(const LineInContext& at, PartSoFar& part);
bool begins_class_histogram(const LineInContext& at);
LineFit belongs_class_histogram(const LineInContext& at, PartSoFar& part);
bool begins_safepoint(const LineInContext& at);
LineFit belongs_safepoint(const LineInContext& at, PartSoFar& part);
bool begins_malloc_stats(const LineInContext& at);
LineFit belongs_malloc_stats(const LineInContext& at, PartSoFar& part);
bool begins_short_reply(const LineInContext& at);
LineFit belongs_short_reply(const LineInContext& at, PartSoFar& part);
bool begins_pss_series(const LineInContext& at);
LineFit belongs_pss_series(const LineInContext& at, PartSoFar& part);
bool begins_names(const LineInContext& at);
LineFit belongs_names(const LineInContext& at, PartSoFar& part);
bool begins_java_command(const LineInContext& at);
LineFit belongs_java_command(const LineInContext& at, PartSoFar& part);
bool begins_hsperfdata(const LineInContext& at);
bool begins_archive(const LineInContext& at);
LineFit belongs_whatever(const LineInContext& at, PartSoFar& part);

bool begins_vitals(const LineInContext& at);
LineFit belongs_vitals(const LineInContext& at, PartSoFar& part);
bool begins_jstat(const LineInContext& at);
LineFit belongs_jstat(const LineInContext& at, PartSoFar& part);
bool begins_compiler_memory(const LineInContext& at);
LineFit belongs_compiler_memory(const LineInContext& at, PartSoFar& part);
bool begins_jemalloc(const LineInContext& at);
LineFit belongs_jemalloc(const LineInContext& at, PartSoFar& part);
bool begins_jeprof(const LineInContext& at);
LineFit belongs_jeprof(const LineInContext& at, PartSoFar& part);
bool begins_pod(const LineInContext& at);
LineFit belongs_pod(const LineInContext& at, PartSoFar& part);
bool begins_inspect(const LineInContext& at);
LineFit belongs_inspect(const LineInContext& at, PartSoFar& part);
bool begins_meminfo(const LineInContext& at);
LineFit belongs_meminfo(const LineInContext& at, PartSoFar& part);
bool begins_free(const LineInContext& at);
LineFit belongs_free(const LineInContext& at, PartSoFar& part);
bool begins_cgroup_rows(const LineInContext& at);
LineFit belongs_cgroup_rows(const LineInContext& at, PartSoFar& part);
bool begins_jmap_heap(const LineInContext& at);
LineFit belongs_jmap_heap(const LineInContext& at, PartSoFar& part);
bool begins_vm_settings(const LineInContext& at);
LineFit belongs_vm_settings(const LineInContext& at, PartSoFar& part);

bool begins_command(const LineInContext& at);
LineFit belongs_command(const LineInContext& at, PartSoFar& part);
bool begins_pid_line(const LineInContext& at);
// Kinds of one line.
LineFit belongs_nothing(const LineInContext& at, PartSoFar& part);

template <typename List>
bool begins_with_one_of(std::string_view text, const List& list) {
    for (const std::string_view word : list) {
        if (text.starts_with(word)) return true;
    }
    return false;
}

// For a text with unique keys: a repeated key is from another time or process. An empty key does not count.
bool comes_again(std::string_view key, PartSoFar& part);
// "VmRSS" in "VmRSS: 2345 kB"; empty where the line does not begin like that.
std::string_view key_of(std::string_view trimmed);
// "  2345 kB", and "  2345 kB   <-- too much?": the text after a key, with or without a remark.
bool is_in_kb(std::string_view value);

// "...", "[...]", "(…)": lines were left out.
bool is_elision(std::string_view trimmed);
// For `pmap`, whose heading is similar to that of a process table.
bool is_pmap_heading(std::string_view text);
// A line of the JVM's heap figures, in GC.heap_info, GC logs and thread dumps.
bool is_heap_line(std::string_view text);

}  // namespace nmtx::kinds
