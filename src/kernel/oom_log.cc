#include "kernel/oom_log.h"

#include <algorithm>
#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"
#include "kernel/oom_lines.h"

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

// "[  257.884002]" at `at`; how long it is, 0 where it is none. A pid in brackets has no point.
std::size_t timestamp_at(std::string_view line, std::size_t at) {
    Cursor cursor(line.substr(at));
    if (!cursor.take("[")) return 0;
    cursor.skip_blanks();
    if (!cursor.decimal() || !cursor.take(".") || !cursor.decimal() || !cursor.take("]")) return 0;
    return line.size() - at - cursor.rest().size();
}

// Where the kernel's own text begins.
std::size_t end_of_prefix(std::string_view line) {
    constexpr std::size_t farthest = 160;
    const std::string_view head = line.substr(0, farthest);
    for (std::size_t at = head.find('['); at != std::string_view::npos; at = head.find('[', at + 1)) {
        std::size_t end = timestamp_at(line, at);
        if (end == 0) continue;
        end += at;
        // "[ T1234]": which task printed (CONFIG_PRINTK_CALLER).
        Cursor caller(line.substr(end));
        if (caller.take("[")) {
            caller.skip_blanks();
            if ((caller.take("T") || caller.take("C")) && caller.decimal() && caller.take("]"))
                end = line.size() - caller.rest().size();
        }
        return end;
    }
    constexpr std::string_view kernel = "kernel: ";
    if (const std::size_t at = head.find(kernel); at != std::string_view::npos) return at + kernel.size();
    // "[Mon May  6 07:08:09 2024]", "2024-05-06T07:08:09,123456+02:00"
    const std::size_t close = line.starts_with('[') ? head.find(']') : head.find(' ');
    if (close == std::string_view::npos) return 0;
    const std::string_view word = head.substr(0, close);
    const auto colons = std::count(word.begin(), word.end(), ':');
    const bool iso = word.size() > 18 && word[4] == '-' && word[10] == 'T';
    return colons >= 2 && (iso || line.starts_with('[')) ? close + 1 : 0;
}

class Reader {
  public:
    Reader(std::string_view text, std::string_view document, Bytes page)
        : lines_(text), document_(document), page_(page) {}

    Expected<OomLog> read() {
        while (lines_.next()) {
            const std::string_view line = trim(lines_.line());
            if (!line.empty() && !any_line(line))
                log_.not_understood.add_line(lines_.number(), lines_.line());
        }
        for (OomKill& kill : log_.kills) complete(kill);
        if (log_.kills.empty()) {
            return nothing_understood(document_, "lines of the kernel's oom killer", log_.not_understood);
        }
        return std::move(log_);
    }

  private:
    bool any_line(std::string_view whole) {
        const std::size_t prefix = end_of_prefix(whole);
        const std::string_view line = trim(whole.substr(prefix));
        if (in_stats_ && read_oom_stat(line, kill().stats.back())) return true;
        in_stats_ = false;
        if (OomVictim victim; read_oom_victim(line, victim)) return take(victim, line);
        if (auto columns = oom_columns_of_heading(line); !columns.empty()) {
            begin_unless_open();
            columns_ = std::move(columns);
            return true;
        }
        if (line.starts_with('[') && task(line)) return true;
        if (OomCgroupStats stats; read_oom_stats(line, stats)) {
            begin_unless_open();
            kill().stats.push_back(std::move(stats));
            return in_stats_ = true;
        }
        if (circumstance(line)) return true;
        return context(line, prefix > 0);
    }

    bool circumstance(std::string_view line) {
        OomKill read;
        if (!read_oom_circumstance(line, read)) return false;
        if (!read.invoked_by.empty()) {
            log_.kills.emplace_back();
            columns_.clear();
        } else {
            begin_unless_open();
        }
        return read_oom_circumstance(line, kill());
    }

    bool task(std::string_view line) {
        OomTask task;
        bool read = read_oom_task(line, columns_, page_, task);
        if (!read && columns_.empty()) read = read_oom_task(line, oom_columns_of_row(line), page_, task);
        if (!read) return false;
        begin_unless_open();
        kill().tasks.push_back(task);
        return true;
    }

    bool take(const OomVictim& victim, std::string_view line) {
        if (log_.kills.empty()) log_.kills.emplace_back();
        if (kill().constraint == OomConstraint::unknown) {
            if (line.starts_with("Memory cgroup out of memory")) kill().constraint = OomConstraint::memcg;
            if (line.starts_with("Out of memory")) kill().constraint = OomConstraint::none;
        }
        kill().victims.push_back(victim);
        return true;
    }

    // Lines that a kill has besides. Those without a log's prefix may be anybody's.
    bool context(std::string_view line, bool logged) {
        constexpr std::string_view score =
            "or sacrifice child";  // before Linux 5.1, the line before "Killed"
        const bool known = line.ends_with(score) || line.starts_with("oom_reaper: ") ||
                           line.find("memory.oom.group") != std::string_view::npos || is_oom_context(line);
        const bool open = !log_.kills.empty() && kill().victims.empty();
        if (!known && !(open && logged)) return false;
        if (line.starts_with("Memory cgroup out of memory") && open) kill().constraint = OomConstraint::memcg;
        if (line.starts_with("Out of memory") && open) kill().constraint = OomConstraint::none;
        ++log_.context_lines;
        return true;
    }

    OomKill& kill() { return log_.kills.back(); }

    // What comes before a victim, behind one: the next kill.
    void begin_unless_open() {
        if (!log_.kills.empty() && kill().victims.empty()) return;
        log_.kills.emplace_back();
        columns_.clear();
    }

    // Where "Killed process" was not pasted, "oom-kill:" names who was chosen.
    static void complete(OomKill& kill) {
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
    bool in_stats_ = false;
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

std::string_view without_log_prefix(std::string_view line) {
    return trim(line.substr(end_of_prefix(line)));
}

Expected<OomLog> parse_oom_log(std::string_view text, std::string_view document, Bytes page) {
    return Reader(text, document, page).read();
}

}  // namespace nmtx
