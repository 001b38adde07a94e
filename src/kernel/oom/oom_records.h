// The records of the kernel's oom log, from lines as people paste them: with anything before each of them,
// several records run together in one line, or one record wrapped over lines by a mail program or a terminal.
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
    context,     // the kernel's, and nothing about memory of processes
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
    oomd         // systemd-oomd, which is not the kernel: "Killed /app.slice due to memory pressure …"
};

struct OomRecord {
    OomForm form = OomForm::context;
    std::size_t line = 0;  // where it begins
    bool logged = false;   // a log's prefix stood before it
    std::string text;      // without that
};

class OomRecords {
  public:
    // False where the line is not one of such a log.
    bool take(std::string_view line, std::size_t number = 0);
    // Those that are complete by now and have not been taken: what follows belongs to none of them.
    std::vector<OomRecord> complete() { return std::exchange(done_, {}); }
    // The rest, the last one included; begins anew with the next line.
    std::vector<OomRecord> finish();
    // Forgets the complete ones: for who wants to know only which lines belong to the log.
    void drop() { done_.clear(); }

  private:
    void add(OomForm form, std::string_view text, bool logged, std::size_t number);
    void add_pieces(std::string_view line, std::size_t number);
    bool add_stat(std::string_view text, bool logged, std::size_t number);

    LogPrefix prefix_;
    std::vector<OomRecord> done_;
    std::optional<OomRecord> open_;  // what follows may belong to it
    bool in_stats_ = false;
};

// The records of a text, each a line of its own and without what stood before it: "kernel: " where that was a
// log's.
struct OomText {
    std::string text;
    std::vector<std::size_t> lines;    // of the text that was given: where each of these lines begins
    std::vector<std::size_t> foreign;  // those of no record
    // Records of systemd-oomd, which are not in `text`: of very many the first and the last ones.
    std::vector<std::string> by_oomd;
    std::size_t by_oomd_left_out = 0;
};
OomText plain_oom_text(std::string_view text);

// The line names something that only this log has.
bool has_oom_words(std::string_view line);
// The heading of the table of tasks or a row of it, with anything before it; such words; or words that go
// over the end of the line.
bool begins_oom_log(std::string_view line, std::string_view next);
// Does `record` lack its end, and can `line` go on with it?
bool oom_record_goes_on(const OomRecord& record, std::string_view line);
// Both of them, with a blank between them where the break has taken one.
std::string joined_oom_record(std::string_view record, std::string_view line);

}  // namespace nmtx
