#include "kernel/oom/oom_lines.h"

#include <algorithm>

#include "base/cursor.h"

namespace nmtx {
namespace {

// "total-vm:26212772kB" anywhere in the text.
std::optional<std::uint64_t> figure_of(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    Cursor cursor(text.substr(at + key.size()));
    cursor.skip_blanks();
    return cursor.decimal();
}

std::optional<Bytes> amount_of(std::string_view text, std::string_view key) {
    const auto number = figure_of(text, key);
    return number ? std::optional(kib(*number)) : std::nullopt;
}

// What follows `key` up to the next of the keys that may come after a path, which may hold commas itself.
std::string_view value_of(std::string_view line, std::string_view key) {
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view value = line.substr(at + key.size());
    std::size_t end = value.size();
    for (const std::string_view next : {",nodemask=", ",cpuset=", ",mems_allowed=", ",global_oom",
                                        ",oom_memcg=", ",task_memcg=", ",task=", ",pid=", ",uid="})
        end = std::min(end, value.find(next));
    return value.substr(0, end);
}

bool read_constraint(std::string_view line, OomKill& kill) {
    const std::string_view name = value_of(line, "constraint=");
    if (name == "CONSTRAINT_NONE") kill.constraint = OomConstraint::none;
    if (name == "CONSTRAINT_CPUSET") kill.constraint = OomConstraint::cpuset;
    if (name == "CONSTRAINT_MEMORY_POLICY") kill.constraint = OomConstraint::memory_policy;
    if (name == "CONSTRAINT_MEMCG") kill.constraint = OomConstraint::memcg;
    if (name.empty()) return false;
    kill.limited_cgroup = value_of(line, ",oom_memcg=");
    kill.victim_cgroup = value_of(line, ",task_memcg=");
    kill.chosen = value_of(line, ",task=");
    kill.chosen_pid = figure_of(line, ",pid=");
    return true;
}

// "System OOM encountered, victim process: java, pid: 71234": an event of a Kubernetes node.
bool read_system_oom(std::string_view line, OomVictim& victim) {
    constexpr std::string_view words = "System OOM encountered, victim process: ";
    const std::size_t at = line.find(words);
    if (at == std::string_view::npos) return false;
    Cursor cursor(line.substr(at + words.size()));
    const auto name = cursor.until(", pid: ");
    if (!name) return false;
    cursor.take(", pid: ");
    const auto pid = cursor.decimal();
    if (!pid) return false;
    victim.pid = *pid;
    victim.name = *name;
    return true;
}

// "usage 524288kB, limit 9007199254740988kB, failcnt 77"
bool read_counter(std::string_view text, std::optional<OomCounter>& into) {
    // No limit is LONG_MAX in whole pages; before Linux 3.19 ULONG_MAX, in KiB.
    constexpr std::uint64_t least_none = 9'007'199'254'000'000;
    OomCounter counter;
    Cursor cursor(text);
    if (!cursor.take("usage ")) return false;
    const auto usage = cursor.decimal();
    if (!usage || !cursor.take("kB, limit ")) return false;
    const auto limit = cursor.decimal();
    if (!limit || !cursor.take("kB, failcnt ")) return false;
    const auto failcnt = cursor.decimal();
    if (!failcnt) return false;
    counter.usage = kib(*usage);
    if (*limit < least_none) counter.limit = kib(*limit);
    counter.failcnt = *failcnt;
    into = counter;
    return true;
}

}  // namespace

// Memory cgroup out of memory: Killed process 71 (java) total-vm:390360kB, anon-rss:183712kB,
// file-rss:1016kB, shmem-rss:0kB, UID:0 pgtables:512kB oom_score_adj:0
// Killed process 71, UID 0, (java) total-vm:390360kB, anon-rss:183712kB, file-rss:1016kB       2.6.32
// Out of Memory: Killed process 71 (java).                                                      2.6.9
bool read_oom_victim(std::string_view line, OomVictim& victim) {
    constexpr std::string_view killed = "Killed process ";
    victim = {};
    const std::size_t at = line.find(killed);
    if (at == std::string_view::npos) return read_system_oom(line, victim);
    Cursor cursor(line.substr(at + killed.size()));
    const auto pid = cursor.decimal();
    if (!pid) return false;
    if (cursor.take(", UID ")) {
        victim.uid = cursor.decimal();
        cursor.take(",");
    }
    if (!cursor.take(" (")) return false;
    const std::string_view rest = cursor.rest();
    std::size_t figures = std::min(rest.find("total-vm:"), rest.find("vsz:"));
    if (figures == std::string_view::npos) figures = std::min(rest.find(')') + 1, rest.size());
    const std::size_t close = rest.substr(0, figures).rfind(')');
    if (close == std::string_view::npos) return false;
    victim.pid = *pid;
    victim.name = rest.substr(0, close);
    const std::string_view behind = rest.substr(close);
    victim.total_vm = amount_of(behind, "total-vm:");
    if (!victim.total_vm) victim.total_vm = amount_of(behind, "vsz:");
    victim.anon_rss = amount_of(behind, "anon-rss:");
    victim.file_rss = amount_of(behind, "file-rss:");
    victim.shmem_rss = amount_of(behind, "shmem-rss:");
    victim.page_tables = amount_of(behind, "pgtables:");
    if (!victim.uid) victim.uid = figure_of(behind, "UID:");
    if (!victim.uid) victim.uid = figure_of(behind, "UID ");
    if (const std::size_t score = behind.find("oom_score_adj:"); score != std::string_view::npos)
        victim.oom_score_adj = Cursor(behind.substr(score + 14)).signed_decimal();
    return true;
}

bool read_oom_chosen(std::string_view line, OomKill& kill) {
    for (const std::string_view words : {"Kill process ", "kill process ", "reaped process "}) {
        const std::size_t at = line.find(words);
        if (at == std::string_view::npos) continue;
        Cursor cursor(line.substr(at + words.size()));
        const auto pid = cursor.decimal();
        if (!pid || !cursor.take(" (")) return false;
        const std::string_view rest = cursor.rest();
        std::size_t end = rest.find(") score ");
        if (end == std::string_view::npos) end = rest.find("), now ");
        if (end == std::string_view::npos) end = rest.find(')');
        kill.chosen_pid = pid;
        kill.chosen = rest.substr(0, end);
        return true;
    }
    return false;
}

bool read_oom_circumstance(std::string_view line, OomKill& kill) {
    Cursor cursor(line);
    if (cursor.take("oom-kill:")) return read_constraint(cursor.rest(), kill);
    if (cursor.take("memory: ")) return read_counter(cursor.rest(), kill.memory);
    if (cursor.take("kmem: ")) return read_counter(cursor.rest(), kill.kmem);
    if (cursor.take("swap: ")) return read_counter(cursor.rest(), kill.swap);
    if (cursor.take("memory+swap: ")) return kill.swap_with_memory = read_counter(cursor.rest(), kill.swap);
    if (cursor.take("Task in ")) {
        constexpr std::string_view because = " killed as a result of limit of ";
        const auto victim = cursor.until(because);
        if (!victim) return false;
        cursor.take(because);
        kill.victim_cgroup = *victim;
        kill.limited_cgroup = cursor.rest();
        kill.constraint = OomConstraint::memcg;
        return true;
    }
    if (cursor.take("Memory limit reached of cgroup ")) {
        kill.limited_cgroup = cursor.rest();
        kill.constraint = OomConstraint::memcg;
        return true;
    }
    constexpr std::string_view invoked = " invoked oom-killer:";
    const auto name = cursor.until(invoked);
    if (!name) return false;
    kill.invoked_by = *name;
    kill.order = figure_of(cursor.rest(), "order=");
    return true;
}

bool read_oom_stats(std::string_view line, OomCgroupStats& stats) {
    Cursor cursor(line);
    if (!cursor.take("Memory cgroup stats for ")) return false;
    stats = {};
    const std::string_view rest = cursor.rest();
    const std::size_t colon = rest.ends_with(':') ? rest.size() - 1 : rest.find(": ");
    stats.path = rest.substr(0, colon);
    if (colon == std::string_view::npos) return true;
    Cursor figures(rest.substr(colon + 1));
    for (figures.skip_blanks(); !figures.at_end(); figures.skip_blanks()) {
        const std::string_view first = figures.word();
        Cursor word(first);
        const auto key = word.until(":");
        if (!key) {
            // "anon 533073920 file 0": what the kernel printed as lines
            figures.skip_blanks();
            const std::string_view second = figures.word();
            const auto length = static_cast<std::size_t>(second.data() + second.size() - first.data());
            read_oom_stat({first.data(), length}, stats);
            continue;
        }
        word.take(":");
        const auto amount = word.decimal();
        if (amount && word.take("KB") && word.at_end()) stats.figures.emplace_back(*key, kib(*amount));
    }
    return true;
}

bool read_oom_stat(std::string_view line, OomCgroupStats& stats) {
    Cursor cursor(line);
    const std::string_view key = cursor.word();
    const bool is_key =
        !key.empty() &&
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos &&
        key.front() >= 'a';
    if (!is_key || !cursor.take(" ")) return false;
    const auto figure = cursor.decimal();
    if (!figure || !cursor.at_end()) return false;
    // Events, not amounts.
    for (const std::string_view events :
         {"pgfault", "pgmajfault", "pgscan", "pgsteal", "pgrefill", "pgactivate", "pgdeactivate",
          "pglazyfree", "pgpgin", "pgpgout", "pgdemote", "pgpromote", "workingset_", "thp_", "zswp", "numa_",
          "swpin", "swpout"}) {
        if (key.starts_with(events)) return true;
    }
    stats.figures.emplace_back(key, Bytes(*figure));
    return true;
}

}  // namespace nmtx
