#include "kernel/oom/oom_log.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/cursor.h"
#include "base/first_and_last.h"
#include "base/lines.h"
#include "base/words.h"
#include "kernel/fields.h"
#include "kernel/oom/log_prefix.h"
#include "kernel/oom/long_oom_log.h"
#include "kernel/oom/oom_lines.h"

// [  257.84] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
// [  257.85] CPU: 9 PID: 14881 Comm: java Not tainted 6.1.0
// [  257.86] memory: usage 524288kB, limit 524288kB, failcnt 77
// [  257.86] swap: usage 0kB, limit 9007199254740988kB, failcnt 0
// [  257.86] Memory cgroup stats for /docker/5a52738c:
// [  257.86] anon 533073920
// [  257.86] Tasks state (memory values in pages):
// [  257.87] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
// [  257.88] [  27281]     0 27281  1153302   134371  1466368        0             0 java
// [  257.89]
// oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=5a52,mems_allowed=0,oom_memcg=/docker/5a52,
//            task_memcg=/docker/5a52,task=java,pid=27281,uid=0
// [  257.90] Memory cgroup out of memory: Killed process 27281 (java) total-vm:4613208kB, anon-rss:520580kB,
// ...

namespace nmtx {
namespace {

// What the words before "Kill process" and "Killed process" say.
OomConstraint constraint_in(std::string_view text) {
    const std::string_view head = text.substr(0, text.find("ill"));
    if (contains(head, "Memory cgroup out of memory")) return OomConstraint::memcg;
    const bool machine = contains(head, "Out of memory") || contains(head, "Out of Memory");
    return machine || text.starts_with("System OOM") ? OomConstraint::none : OomConstraint::unknown;
}

// So many kills are kept from the begin of a text, and as many from its end.
constexpr std::size_t most_kills = 100;
// Limit for one kill. More is not a real log but an attempt to use much memory.
constexpr std::size_t most_tasks = 1U << 16U;
constexpr std::size_t most_victims = 1000;
constexpr std::size_t most_stats = 4096;
constexpr std::size_t most_figures = 512;  // of one cgroup

// A text has the same kill twice within few lines of each other.
constexpr std::size_t farthest_repetition = 64;

template <typename T>
bool differ(const std::optional<T>& a, const std::optional<T>& b) {
    return a && b && *a != *b;
}

bool same_victim(const OomVictim& a, const OomVictim& b) {
    return a.pid == b.pid && a.name == b.name && !differ(a.total_vm, b.total_vm) &&
           !differ(a.anon_rss, b.anon_rss) && !differ(a.file_rss, b.file_rss);
}

// Adds what `other` has and `kill` has not, where both are one kill that the text has twice; false where they
// are two.
bool merge_same_kill(OomKill& kill, const OomKill& other) {
    if (kill.victims.empty() || other.victims.empty()) return false;
    if (!same_victim(kill.victims.front(), other.victims.front())) return false;
    if (kill.memory && other.memory && kill.memory->failcnt != other.memory->failcnt) return false;
    if (!kill.victims.front().anon_rss) kill.victims = other.victims;
    if (kill.constraint == OomConstraint::unknown) kill.constraint = other.constraint;
    if (kill.invoked_by.empty()) kill.invoked_by = other.invoked_by;
    if (kill.limited_cgroup.empty()) kill.limited_cgroup = other.limited_cgroup;
    if (kill.victim_cgroup.empty()) kill.victim_cgroup = other.victim_cgroup;
    if (!kill.memory) kill.memory = other.memory;
    if (!kill.swap) kill.swap = other.swap;
    if (!kill.kmem) kill.kmem = other.kmem;
    if (kill.stats.empty()) kill.stats = other.stats;
    if (kill.tasks.empty()) kill.tasks = other.tasks;
    return true;
}

class OomReader {
  public:
    OomReader(std::string_view text, std::string_view document, Bytes page)
        : lines_(text), document_(document), page_(page) {}

    Expected<LongOomLog> read() {
        while (lines_.next()) {
            const std::string_view line = trim(lines_.line());
            if (!line.empty() && !any_line(line))
                log_.not_understood.add_line(lines_.number(), lines_.line());
        }
        close();
        log_.kills = kills_.take();
        if (log_.kills.empty()) {
            return nothing_understood(document_, "lines of the kernel's oom killer", log_.not_understood);
        }
        return LongOomLog{std::move(log_), kills_left_out_, lines_left_out_};
    }

  private:
    bool any_line(std::string_view whole) {
        const std::size_t prefix = end_of_log_prefix(whole);
        const std::string_view line = trim(whole.substr(prefix));
        if (in_stats_ && stat(line)) return true;
        in_stats_ = false;
        if (OomVictim victim; read_oom_victim(line, victim)) return take(victim, line);
        if (chosen(line)) return true;
        if (auto columns = oom_columns_of_heading(line); !columns.empty()) return heading(std::move(columns));
        if (line.starts_with('[') && task(line)) return true;
        if (OomCgroupStats stats; read_oom_stats(line, stats)) {
            begin_unless_open();
            if (kill().stats.size() == most_stats) return leave_out();
            kill().stats.push_back(std::move(stats));
            return in_stats_ = true;
        }
        if (circumstance(line)) return true;
        return context(line, prefix > 0);
    }

    bool stat(std::string_view line) {
        OomCgroupStats& stats = kill().stats.back();
        if (stats.figures.size() < most_figures) return read_oom_stat(line, stats);
        OomCgroupStats beyond;
        return read_oom_stat(line, beyond) && leave_out();
    }

    bool heading(std::vector<OomColumn> columns) {
        begin_unless_open();
        if (!kill().tasks.empty()) begin();
        columns_ = std::move(columns);
        return true;
    }

    bool circumstance(std::string_view line) {
        OomKill read;
        if (!read_oom_circumstance(line, read)) return false;
        // What a kill has once, a second time: another kill, and the end of the one before is missing.
        const bool again = open() && ((read.memory && kill().memory) || is_other(read.chosen_pid));
        if (!read.invoked_by.empty() || again) {
            begin();
        } else {
            begin_unless_open();
        }
        return read_oom_circumstance(line, kill());
    }

    bool task(std::string_view line) {
        OomTask task;
        const bool read = read_oom_task(line, columns_, page_, task) ||
                          read_oom_task(line, oom_columns_of_row(line), page_, task);
        if (!read) return false;
        begin_unless_open();
        if (kill().tasks.size() == most_tasks) return leave_out();
        kill().tasks.push_back(task);
        return true;
    }

    // The line before "Killed process" of old kernels, and the reaper's behind it.
    bool chosen(std::string_view line) {
        OomKill read;
        if (!read_oom_chosen(line, read)) return false;
        if (line.starts_with("oom_reaper") && killed_.count(*read.chosen_pid) > 0) {
            ++log_.context_lines;
            return true;
        }
        begin_unless_open();
        if (is_other(read.chosen_pid)) begin();
        kill().chosen_pid = read.chosen_pid;
        kill().chosen = read.chosen;
        killed_.insert(*read.chosen_pid);
        know(constraint_in(line));
        if (!line.starts_with("oom_reaper")) ++log_.context_lines;
        return true;
    }

    [[nodiscard]] bool is_other(const std::optional<std::uint64_t>& pid) const {
        const std::optional<std::uint64_t>& chosen_before = open_kill_->chosen_pid;
        return pid && chosen_before && *pid != *chosen_before;
    }

    bool take(const OomVictim& victim, std::string_view line) {
        if (!open_kill_ || !group_) begin_unless_open();
        know(constraint_in(line));
        if (kill().victims.size() == most_victims) return leave_out();
        killed_.insert(victim.pid);
        kill().victims.push_back(victim);
        return true;
    }

    void know(OomConstraint constraint) {
        if (kill().constraint == OomConstraint::unknown) kill().constraint = constraint;
    }

    // Lines that a kill has besides. Those without a log's prefix may be anybody's.
    bool context(std::string_view line, bool logged) {
        const bool of_group = contains(line, "memory.oom.group");
        if (!of_group && !is_oom_context(line) && !(open() && logged)) return false;
        if (of_group && !open_kill_) begin();
        group_ = group_ || of_group;
        if (open() && line.starts_with("Mem-Info:")) of_machine_ = true;
        ++log_.context_lines;
        return true;
    }

    bool leave_out() {
        ++lines_left_out_;
        return true;
    }

    OomKill& kill() { return *open_kill_; }
    [[nodiscard]] bool open() const { return open_kill_ && open_kill_->victims.empty(); }

    void begin() {
        close();
        open_kill_.emplace();
        columns_.clear();
        group_ = false;
        of_machine_ = false;
    }

    // What comes before a victim, behind one: the next kill.
    void begin_unless_open() {
        if (!open()) begin();
    }

    void close() {
        if (!open_kill_) return;
        complete(*open_kill_, of_machine_);
        for (std::size_t n = 0; n < std::min(farthest_repetition, kills_.size()); ++n) {
            if (merge_same_kill(kills_.from_end(n), *open_kill_)) return;
        }
        if (kills_.add(std::move(*open_kill_))) ++kills_left_out_;
    }

    static void complete(OomKill& kill, bool of_machine) {
        // The kernel prints what is charged only where a cgroup's limit was hit, and the machine's memory,
        // but in old releases, only where that was short.
        if (kill.constraint == OomConstraint::unknown && kill.memory) kill.constraint = OomConstraint::memcg;
        if (kill.constraint == OomConstraint::unknown && of_machine) kill.constraint = OomConstraint::none;
        // Where "Killed process" was not pasted, the line before it names who was chosen.
        if (!kill.victims.empty() || !kill.chosen_pid) return;
        OomVictim victim;
        victim.pid = *kill.chosen_pid;
        victim.name = kill.chosen;
        kill.victims.push_back(victim);
    }

    Lines lines_;
    std::string_view document_;
    Bytes page_;
    std::vector<OomColumn> columns_;
    std::unordered_set<std::uint64_t> killed_;
    std::optional<OomKill> open_kill_;  // the latest, to which lines may still belong
    FirstAndLast<OomKill> kills_{most_kills};
    std::size_t kills_left_out_ = 0, lines_left_out_ = 0;
    bool of_machine_ = false;  // the machine's memory was printed for it
    bool in_stats_ = false;
    bool group_ = false;  // memory.oom.group: more victims of the same kill follow
    OomLog log_;
};

}  // namespace

OomLog::OomLog() = default;
OomLog::OomLog(const OomLog&) = default;
OomLog::OomLog(OomLog&&) noexcept = default;
OomLog& OomLog::operator=(const OomLog&) = default;
OomLog& OomLog::operator=(OomLog&&) noexcept = default;
OomLog::~OomLog() = default;

std::optional<Bytes> OomVictim::rss() const {
    if (!anon_rss || !file_rss) return std::nullopt;
    return *anon_rss + *file_rss + shmem_rss.value_or(Bytes());
}

std::optional<Bytes> OomCgroupStats::find(std::string_view key) const {
    for (const auto& [name, amount] : figures) {
        if (name == key) return amount;
    }
    return std::nullopt;
}

const OomTask* OomKill::task_of(const OomVictim& victim) const {
    const auto at =
        std::find_if(tasks.begin(), tasks.end(), [&](const OomTask& t) { return t.pid == victim.pid; });
    return at == tasks.end() ? nullptr : &*at;
}

std::optional<Bytes> oom_stat_of(const OomKill& kill, std::string_view key) {
    std::optional<Bytes> sum;
    for (const OomCgroupStats& stats : kill.stats) {
        if (const auto bytes = stats.find(key)) sum = sum.value_or(Bytes()) + *bytes;
    }
    return sum;
}

void add_oom_kill(std::vector<OomKill>& kills, const OomKill& kill) {
    for (std::size_t n = 0; n < std::min(farthest_repetition, kills.size()); ++n) {
        if (merge_same_kill(kills[kills.size() - 1 - n], kill)) return;
    }
    kills.push_back(kill);
}

std::string_view without_log_prefix(std::string_view line) {
    return trim(line.substr(end_of_log_prefix(line)));
}

Expected<OomLog> parse_oom_log(std::string_view text, std::string_view document, Bytes page) {
    auto read = OomReader(text, document, page).read();
    if (!read) return tl::make_unexpected(read.error());
    return std::move(read->log);
}

Expected<LongOomLog> parse_long_oom_log(std::string_view text, std::string_view document, Bytes page) {
    return OomReader(text, document, page).read();
}

}  // namespace nmtx
