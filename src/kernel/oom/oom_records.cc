#include "kernel/oom/oom_records.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/characters.h"
#include "base/cursor.h"
#include "base/first_and_last.h"
#include "base/lines.h"
#include "base/words.h"
#include "kernel/oom/oom_lines.h"

namespace nmtx {
namespace {

using std::string_view;

// Of what one line or several that were wrapped hold, so much is looked through for the end of a record: of
// one line with many records, each would look through all the others otherwise.
constexpr std::size_t longest_record = 4096;
constexpr std::size_t most_cuts = 100'000;  // of one line; what follows belongs to the last
constexpr std::size_t most_by_oomd = 100;   // from the begin, and as many from the end

// Where a record begins in a line, and what of it is not the record's own.
struct Cut {
    std::size_t at = 0;
    std::size_t skip = 0;
    bool words =
        false;  // by words that only this log has; else by a stamp, or by a line end that was escaped
};

bool digit_follows(string_view text) {
    return text.empty() || is_digit(text.front());
}

bool kill_follows(string_view text) {
    const string_view head = text.substr(0, 40);
    if (head.empty() || head == ":") return true;
    const std::size_t colon = head.find(':');
    if (colon == string_view::npos) return false;
    const string_view verb = trim(head.substr(colon + 1));
    return verb.starts_with("Kill") || verb.starts_with("kill");
}

bool path_follows(string_view text) {
    return text.starts_with('/') && contains(text.substr(0, longest_record), " due to ");
}

bool anything_follows(string_view /*text*/) {
    return true;
}

// "Killed process" by itself may be somebody's prose: what has to come behind it is the second condition.
struct Words {
    string_view text;
    bool (*fit)(string_view behind);
};
constexpr std::array all_words{
    Words{"Memory cgroup out of memory", kill_follows},
    Words{"Out of memory", kill_follows},
    Words{"Out of Memory", kill_follows},
    Words{"Killed process ", digit_follows},
    Words{"Killed ", path_follows},
    Words{"oom-kill:constraint", anything_follows},
    Words{"memory: usage ", digit_follows},
    Words{"memory+swap: usage ", digit_follows},
    Words{"swap: usage ", digit_follows},
    Words{"kmem: usage ", digit_follows},
    Words{"Memory cgroup stats", anything_follows},
    Words{"Tasks state (memory values", anything_follows},
    Words{"Task in /", anything_follows},
    Words{"Tasks in /", anything_follows},
    Words{"Memory limit reached of cgroup ", anything_follows},
    Words{"oom_reaper: reaped process ", digit_follows},
    Words{"System OOM encountered, victim process: ", anything_follows},
};

// What most lines of other texts have none of.
bool may_have_words(string_view line) {
    return contains(line, "oom") || contains(line, "emory") || contains(line, "Killed ") ||
           contains(line, "usage ") || contains(line, "Task") || contains(line, "OOM");
}

// The thread's name before "invoked oom-killer:" at `at`: 15 bytes at the most, behind what a log sets there.
std::size_t begin_of_name(string_view line, std::size_t at) {
    constexpr std::size_t farthest = 256;
    const std::size_t from = at - std::min(at, farthest);
    std::size_t begin = from;
    for (const string_view behind : {": ", "] ", "| ", "> "}) {
        const std::size_t found = line.substr(from, at - from).rfind(behind);
        if (found != string_view::npos) begin = std::max(begin, from + found + behind.size());
    }
    begin = std::min(line.find_first_not_of("-*# ", begin), at);
    constexpr std::size_t longest = 15;
    if (at - begin <= longest) return begin;
    const std::size_t blank = line.substr(0, at).rfind(' ');
    return blank == string_view::npos ? begin : blank + 1;
}

// "[ pid ]   uid", "[27281]     0 27281  1153302"
bool is_row_at(string_view text) {
    Cursor cursor(text);
    if (!cursor.take("[")) return false;
    cursor.skip_blanks();
    const bool heading = cursor.take("pid");
    if (!heading && !cursor.decimal()) return false;
    cursor.skip_blanks();
    if (!cursor.take("]")) return false;
    if (heading) return true;
    for (int figures = 0; figures < 3; ++figures) {
        const std::size_t before = cursor.rest().size();
        cursor.skip_blanks();
        if (cursor.rest().size() == before || !cursor.decimal()) return false;
    }
    return cursor.at_end() || cursor.rest().front() == ' ';
}

void add_words(string_view line, std::vector<Cut>& cuts) {
    for (const Words& words : all_words) {
        for (std::size_t at = line.find(words.text); at != string_view::npos;
             at = line.find(words.text, at + 1)) {
            const bool inside = at > 0 && (is_letter(line[at - 1]) || line[at - 1] == '+');
            if (cuts.size() == most_cuts) return;
            if (!inside && words.fit(line.substr(at + words.text.size()))) cuts.push_back({at, 0, true});
        }
    }
    constexpr string_view invoked = " invoked oom-killer:";
    for (std::size_t at = line.find(invoked); at != string_view::npos && cuts.size() < most_cuts;
         at = line.find(invoked, at + 1))
        cuts.push_back({begin_of_name(line, at), 0, true});
}

void add_marks(string_view line, std::vector<Cut>& cuts) {
    for (std::size_t at = line.find('['); at != string_view::npos && cuts.size() < most_cuts;
         at = line.find('[', at + 1)) {
        if (const std::size_t stamp = log_stamp_at(line, at)) {
            cuts.push_back({at, stamp, false});
        } else if (is_row_at(line.substr(at))) {
            cuts.push_back({at, 0, true});
        }
    }
    // Line ends as rsyslog, the journal and JSON write them.
    for (const string_view escape : {"#012", "\\x0a", "\\n"}) {
        for (std::size_t at = line.find(escape); at != string_view::npos && cuts.size() < most_cuts;
             at = line.find(escape, at + 1))
            cuts.push_back({at, escape.size(), false});
    }
}

std::vector<Cut> cuts_of(string_view line) {
    std::vector<Cut> cuts;
    if (may_have_words(line)) add_words(line, cuts);
    add_marks(line, cuts);
    std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) { return a.at < b.at; });
    // "Memory cgroup out of memory: Killed process 71" is one record.
    std::vector<Cut> kept;
    for (const Cut& cut : cuts) {
        const bool victim = line.substr(cut.at).starts_with("Killed process ");
        if (victim && !kept.empty() && kept.back().words) {
            const string_view before = line.substr(kept.back().at, cut.at - kept.back().at);
            if (contains(before, "ut of ") && !contains(before, "ill process")) continue;
        }
        if (!kept.empty() && kept.back().at == cut.at) continue;
        kept.push_back(cut);
    }
    return kept;
}

OomForm form_of(string_view text) {
    if (text.starts_with("oom-kill:")) return OomForm::constraint;
    if (text.starts_with("Memory cgroup stats")) return OomForm::stats;
    if (text.starts_with("Task in /") || text.starts_with("Memory limit reached")) return OomForm::limit;
    if (text.starts_with("oom_reaper: ")) return OomForm::reaped;
    if (text.starts_with("Tasks ")) return OomForm::context;
    if (text.starts_with('[')) return contains(text.substr(0, 12), "pid") ? OomForm::heading : OomForm::task;
    if (contains(text.substr(0, 24), ": usage ")) return OomForm::counter;
    if (contains(text, " invoked oom-killer:")) return OomForm::invoked;
    if (text.starts_with("Killed /")) return OomForm::oomd;
    if (contains(text, "Killed process") || text.starts_with("System OOM")) return OomForm::killed;
    return OomForm::chosen;
}

// A line of the kernel's, whatever it says: dmesg's stamps, "kernel: ". An ISO date in brackets is also what
// other logs begin with.
bool is_from_kernel(string_view line) {
    const std::size_t end = end_of_log_prefix(line);
    if (end == 0) return false;
    const string_view prefix = line.substr(0, end);
    if (prefix.ends_with("kernel: ")) return true;
    const std::size_t open = prefix.find('[');
    if (open == string_view::npos) return false;
    const string_view stamp = prefix.substr(open + 1);
    return stamp.size() < 6 || stamp[4] != '-';
}

}  // namespace

bool has_oom_words(string_view line) {
    if (!may_have_words(line)) return false;
    std::vector<Cut> cuts;
    add_words(line, cuts);
    return !cuts.empty();
}

bool begins_oom_log(string_view line, string_view next) {
    if (has_oom_words(line)) return true;
    for (std::size_t at = line.find('['); at != string_view::npos; at = line.find('[', at + 1)) {
        const string_view row = line.substr(at, longest_record);
        if (is_row_at(row) && (contains(row, "total_vm") || !oom_columns_of_row(row).empty())) return true;
    }
    if (next.empty()) return false;
    if (line.ends_with("emory:")) return next.starts_with("Kill") || next.starts_with("kill");
    if (has_oom_words(next)) return contains(line, "emory cgroup") && next.starts_with("memory: Kill");
    OomRecord record;
    record.text = line;
    return oom_record_goes_on(record, next);
}

bool OomRecords::take(string_view line, std::size_t number) {
    const string_view text = trim(line);
    if (text.empty()) return false;
    const std::size_t known = end_of_log_prefix(text);
    const std::size_t like_others = prefix_.length_in(text);
    if (open_ && known == 0 && like_others == 0 && oom_record_goes_on(*open_, text)) {
        open_->text = joined_oom_record(open_->text, text);
        open_->form = form_of(open_->text);
        return true;
    }
    const std::vector<Cut> cuts = cuts_of(text);
    if (std::any_of(cuts.begin(), cuts.end(), [](const Cut& cut) { return cut.words; })) {
        add_pieces(text, number);
        return true;
    }
    const string_view body = trim(text.substr(std::max(known, like_others)));
    const bool logged = known > 0 || like_others > 0;
    if (in_stats_ && add_stat(body, logged, number)) return true;
    const bool kernels = is_from_kernel(text) || (like_others > 0 && prefix_.has_time());
    if (!kernels && !is_oom_context(body)) {
        // What follows is not the rest of the record before it.
        if (open_) done_.push_back(std::move(*open_));
        open_.reset();
        return false;
    }
    if (cuts.size() > 1) {
        add_pieces(text, number);
    } else {
        add(OomForm::context, body, logged, number);
    }
    return true;
}

void OomRecords::add(OomForm form, string_view text, bool logged, std::size_t number) {
    if (open_) done_.push_back(std::move(*open_));
    open_ = OomRecord{form, number, logged, std::string(text)};
    in_stats_ = form == OomForm::stats || form == OomForm::stat;
}

void OomRecords::add_pieces(string_view line, std::size_t number) {
    const std::vector<Cut> cuts = cuts_of(line);
    const auto first = std::find_if(cuts.begin(), cuts.end(), [](const Cut& cut) { return cut.words; });
    if (first != cuts.end()) prefix_.learn(line.substr(0, first->at));
    const bool logged = first == cuts.end() || first->at > 0;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const std::size_t begin = cuts[i].at + cuts[i].skip;
        const std::size_t end = i + 1 < cuts.size() ? cuts[i + 1].at : line.size();
        const string_view piece = begin < end ? trim(line.substr(begin, end - begin)) : string_view();
        if (piece.empty()) continue;
        if (cuts[i].words) {
            add(form_of(piece), piece, logged, number);
        } else if (!in_stats_ || !add_stat(piece, logged, number)) {
            add(OomForm::context, piece, true, number);
        }
    }
}

// "anon 533073920", whatever stands before it.
bool OomRecords::add_stat(string_view text, bool logged, std::size_t number) {
    const std::size_t blank = text.find_last_of(" \t");
    if (blank == string_view::npos) return false;
    const string_view figure = text.substr(blank + 1);
    const string_view head = trim(text.substr(0, blank));
    const std::size_t before = head.find_last_of(" \t|");
    const string_view key = before == string_view::npos ? head : head.substr(before + 1);
    const bool is_key = key.size() > 2 && key.front() >= 'a' && key.front() <= 'z' &&
                        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == string_view::npos;
    if (!is_key || figure.find_first_not_of("0123456789") != string_view::npos) return false;
    // Words before it are a log's, or the line is a sentence that ends in a number.
    if (key.size() != head.size() && !logged && prefix_.length_in(text) == 0) return false;
    add(OomForm::stat, text.substr(static_cast<std::size_t>(key.data() - text.data())), logged, number);
    return true;
}

OomText plain_oom_text(string_view text) {
    OomText plain;
    OomRecords records;
    FirstAndLast<std::string> by_oomd(most_by_oomd);
    const auto add = [&](std::vector<OomRecord> complete) {
        for (OomRecord& record : complete) {
            if (record.form == OomForm::oomd) {
                if (by_oomd.add(std::move(record.text))) ++plain.by_oomd_left_out;
                continue;
            }
            if (record.logged) plain.text += "kernel: ";
            plain.text.append(record.text).append(1, '\n');
            plain.lines.push_back(record.line);
        }
    };
    for (Lines lines(text); lines.next();) {
        if (!trim(lines.line()).empty() && !records.take(lines.line(), lines.number()))
            plain.foreign.push_back(lines.number());
        add(records.complete());
    }
    add(records.finish());
    plain.by_oomd = by_oomd.take();
    return plain;
}

std::vector<OomRecord> OomRecords::finish() {
    if (open_) done_.push_back(std::move(*open_));
    open_.reset();
    in_stats_ = false;
    return std::exchange(done_, {});
}

}  // namespace nmtx
