// Single lines of the kernel's oom log, without the log's prefix. Each reader says whether it recognised the
// line.
#pragma once

#include <string_view>
#include <vector>

#include "kernel/oom/oom_log.h"

namespace nmtx {

// The meaning of a column of the table of tasks.
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

// "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name"; empty for any other
// line.
std::vector<OomColumn> oom_columns_of_heading(std::string_view line);
// From the number of figures in a row, where the heading was not pasted; empty where no known heading fits.
std::vector<OomColumn> oom_columns_of_row(std::string_view line);
// "[27281]     0 27281  1153302   134371  1466368        0             0 java"
bool read_oom_task(std::string_view line, const std::vector<OomColumn>& columns, Bytes page, OomTask& task);

bool read_oom_victim(std::string_view line, OomVictim& victim);
// The chosen process: "Kill process 4883 (java) score 11 or sacrifice child" in Linux before 5.1, where
// another line names the killed process, perhaps a child; "oom_reaper: reaped process 4883 (java), now …".
bool read_oom_chosen(std::string_view line, OomKill& kill);
// "oom-kill:constraint=…", "Task in … killed as a result of limit of …", "Memory limit reached of cgroup …",
// "memory: usage …", "java invoked oom-killer: …".
bool read_oom_circumstance(std::string_view line, OomKill& kill);
// "Memory cgroup stats for /docker/5a52: cache:92KB …"; the figures may follow line by line.
bool read_oom_stats(std::string_view line, OomCgroupStats& stats);
// "anon 533073920"
bool read_oom_stat(std::string_view line, OomCgroupStats& stats);
// Adds a kill, in the order of the text. If it is already there (dmesg and the journal print the same), it
// only adds what was missing.
void add_oom_kill(std::vector<OomKill>& kills, const OomKill& kill);
// A figure of the cgroup whose limit was hit. v1 prints the cgroups below it separately, and leaves them out
// of its own figures.
std::optional<Bytes> oom_stat_of(const OomKill& kill, std::string_view key);
// Registers, stack traces, memory of zones and nodes.
bool is_oom_context(std::string_view line);

}  // namespace nmtx
