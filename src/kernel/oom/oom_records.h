// The records of the kernel's oom log, from pasted lines: with any prefix, several records joined in one
// line, or one record wrapped over lines by a mail program or a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/oom/log_prefix.h"

namespace nmtx {

enum class OomForm : std::uint8_t {
    context,     // the kernel's, but not about memory of processes
    invoked,     // "java invoked oom-killer: …"
    counter,     // "memory: usage …", also of swap and kmem
    stats,       // "Memory cgroup stats for /docker/5a52: …"
    stat,        // "anon 533073920" below it
    heading,     // "[ pid ]   uid  tgid total_vm …"
    task,        // "[27281]     0 27281  1153302 …"
    constraint,  // "oom-kill:constraint=…"
    limit,       // "Task in … killed as a result of limit of …"
    chosen,      // "Memory cgroup out of memory: Kill process 4883 (java) score 11 or sacrifice child"
    killed,      // "… Killed process 4883 (java) total-vm:…"
    reaped,      // "oom_reaper: reaped process 4883 (java), …"
    oomd         // systemd-oomd, not the kernel: "Killed /app.slice due to memory pressure …"
};

struct OomRecord {
    OomForm form = OomForm::context;
    std::size_t line = 0;  // where it begins
    bool logged = false;   // it had a log's prefix
    std::string text;      // without the prefix
};

class OomRecords {
  public:
    // False where the line does not belong to such a log.
    bool take(std::string_view line, std::size_t number = 0);
    // Takes the records that are complete: no later line belongs to them.
    std::vector<OomRecord> complete() { return std::exchange(done_, {}); }
    // Takes the rest, including the last one; the next line starts afresh.
    std::vector<OomRecord> finish();
    // Forgets the complete records, for callers that only need to know which lines belong to the log.
    void drop() { done_.clear(); }

  private:
    void add(OomForm form, std::string_view text, bool logged, std::size_t number);
    void add_pieces(std::string_view line, std::size_t number);
    bool add_stat(std::string_view text, bool logged, std::size_t number);

    LogPrefix prefix_;
    std::vector<OomRecord> done_;
    std::optional<OomRecord> open_;  // following lines may belong to it
    bool in_stats_ = false;
};

// The records of a text, one per line and without their prefix ("kernel: " where it was a log's).
struct OomText {
    std::string text;
    std::vector<std::size_t> lines;    // the line of the given text where each of these begins
    std::vector<std::size_t> foreign;  // lines that belong to no record
    // Records of systemd-oomd, which are not in `text`; if there are very many, the first and the last ones.
    std::vector<std::string> by_oomd;
    std::size_t by_oomd_left_out = 0;
};
OomText plain_oom_text(std::string_view text);

// Does the line contain words that only this log has?
bool has_oom_words(std::string_view line);
// The heading or a row of the table of tasks, with any prefix; such words; or words that continue on the
// next line.
bool begins_oom_log(std::string_view line, std::string_view next);
// Does `record` lack its end, and can `line` continue it?
bool oom_record_goes_on(const OomRecord& record, std::string_view line);
// Joins both, with a blank in between where the line break replaced one.
std::string joined_oom_record(std::string_view record, std::string_view line);

}  // namespace nmtx
