// Single lines of the kernel's oom log, without what a log sets before them. Each reader says whether the
// line was its own.
#pragma once

#include <string_view>
#include <vector>

#include "kernel/oom_log.h"

namespace nmtx {

// What a column of the table of tasks holds.
enum class OomColumn {
    uid,
    tgid,
    total_vm,
    rss,
    rss_anon,
    rss_file,
    rss_shmem,
    page_tables,  // pages, summed over all columns of that kind
    page_table_bytes,
    swap,
    score,
    other,
    name
};

// "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name"; empty where it is
// none.
std::vector<OomColumn> oom_columns_of_heading(std::string_view line);
// By the number of figures in a row, where the heading was not pasted; empty where it fits none.
std::vector<OomColumn> oom_columns_of_row(std::string_view line);
// "[27281]     0 27281  1153302   134371  1466368        0             0 java"
bool read_oom_task(std::string_view line, const std::vector<OomColumn>& columns, Bytes page, OomTask& task);

bool read_oom_victim(std::string_view line, OomVictim& victim);
// "oom-kill:constraint=…", "Task in … killed as a result of limit of …", "Memory limit reached of cgroup …",
// "memory: usage …", "java invoked oom-killer: …".
bool read_oom_circumstance(std::string_view line, OomKill& kill);
// "Memory cgroup stats for /docker/5a52: cache:92KB …", whose figures may follow line by line.
bool read_oom_stats(std::string_view line, OomCgroupStats& stats);
// "anon 533073920"
bool read_oom_stat(std::string_view line, OomCgroupStats& stats);
// Registers, stack traces, memory of zones and nodes.
bool is_oom_context(std::string_view line);

}  // namespace nmtx
