// A record that a mail program or a terminal has wrapped: whether a line is the rest of the one before it.
#include <algorithm>
#include <array>

#include "base/characters.h"
#include "base/cursor.h"
#include "base/words.h"
#include "kernel/oom/oom_records.h"

// [500.000009] Memory cgroup out of memory: Killed process 259541 (java) total-vm:157064kB,
// anon-rss:101976kB, file-rss:204kB, shmem-rss:0kB, UID:0 pgtables:252kB oom_score_adj:0

namespace nmtx {
namespace {

using std::string_view;

constexpr string_view digits = "0123456789";

template <typename List>
bool begins_with_one_of(string_view text, const List& list) {
    return std::any_of(list.begin(), list.end(), [&](string_view word) { return text.starts_with(word); });
}

constexpr std::array victim_keys{string_view{"total-vm:"},     string_view{"anon-rss:"},
                                 string_view{"file-rss:"},     string_view{"shmem-rss:"},
                                 string_view{"UID:"},          string_view{"pgtables:"},
                                 string_view{"oom_score_adj:"}};

// The line brings a figure that the record lacks, whole or with the break inside its name.
bool brings_figure(string_view record, string_view line) {
    constexpr std::size_t longest = 14;
    const std::string tail(record.substr(record.size() - std::min(longest, record.size())));
    std::string glued = tail + std::string(line.substr(0, longest));
    return std::any_of(victim_keys.begin(), victim_keys.end(), [&](string_view key) {
        return !contains(record, key) && (contains(line.substr(0, 40), key) || contains(glued, key));
    });
}

// "file-rss:1019" with the rest on the next line
bool is_cut_number(string_view record, string_view line) {
    if (is_digit(record.back())) return is_digit(line.front()) || line.starts_with("kB");
    return record.size() > 1 && record.back() == 'k' && is_digit(record[record.size() - 2]) &&
           line.starts_with('B');
}

bool killed_goes_on(string_view record, string_view line) {
    if (record.ends_with("process")) return is_digit(line.front());
    if (!contains(record, "(")) return line.starts_with('(');
    const std::size_t last = record.rfind(' ');
    const bool figure = last != string_view::npos && contains(record.substr(last), ":") &&
                        !contains(record, "oom_score_adj:");
    return brings_figure(record, line) || (figure && is_cut_number(record, line));
}

bool chosen_goes_on(string_view record, string_view line) {
    if (record.ends_with("memory:") || record.ends_with("memory"))
        return line.starts_with("Kill") || line.starts_with("kill") || line.starts_with(": Kill");
    if (record.ends_with("process")) return is_digit(line.front());
    if (record.ends_with("Kill") || record.ends_with("Killed")) return line.starts_with("process ");
    constexpr std::array begins{
        string_view{"("},          string_view{"score "},          string_view{"or sacrifice"},
        string_view{"or a child"}, string_view{"sacrifice child"}, string_view{"child"}};
    const std::size_t score = line.find("score ");
    const bool number = record.ends_with("score") && is_digit(line.front()) && score == string_view::npos;
    return !record.ends_with("child") && (begins_with_one_of(line, begins) || number);
}

// Columns' names, or a row's figures and its name.
bool heading_goes_on(string_view record, string_view line) {
    return !record.ends_with(" name") &&
           line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_ ") == string_view::npos &&
           (line.ends_with("name") || contains(line, "oom_score_adj") || contains(line, "_bytes"));
}

bool task_goes_on(string_view record, string_view line) {
    const string_view last = record.substr(record.find_last_of(" ]") + 1);
    if (last.find_first_not_of(digits) != string_view::npos) return false;  // the name
    constexpr std::size_t most = 12;
    std::size_t words = 0;
    bool name = false;
    Cursor cursor(line);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const string_view word = cursor.word();
        const bool figure = word.find_first_not_of(digits, word.front() == '-' ? 1 : 0) == string_view::npos;
        if ((name && figure) || ++words > most) return false;
        name = name || !figure;
    }
    constexpr std::size_t longest_name = 15;
    return name ? line.size() <= 80 && (words > 1 || line.size() <= longest_name) : words > 0;
}

bool counter_goes_on(string_view record, string_view line) {
    const std::size_t count = record.find("failcnt ");
    if (count != string_view::npos && count + 8 < record.size()) return false;
    return line.starts_with("limit ") || line.starts_with("kB") || line.starts_with("failcnt ") ||
           (contains(line, "failcnt ") && is_digit(line.front())) ||
           (record.ends_with("failcnt") && is_digit(line.front()));
}

// "rss:4194252KB"
bool is_v1_stat(string_view word) {
    const std::size_t colon = word.find(':');
    return colon != string_view::npos && colon + 1 < word.size() && word.ends_with("KB") &&
           is_digit(word[colon + 1]);
}

bool limit_goes_on(string_view record, string_view line) {
    if (contains(record, " limit of /")) return false;
    return contains(line, "limit of ") || line.starts_with("killed as") || line.starts_with("as a result") ||
           (record.ends_with(" of") && line.starts_with('/'));
}

bool constraint_goes_on(string_view record, string_view line) {
    constexpr std::array keys{string_view{"pid="},          string_view{"task="},
                              string_view{"task_memcg="},   string_view{"oom_memcg="},
                              string_view{"mems_allowed="}, string_view{"cpuset="},
                              string_view{"uid="},          string_view{"global_oom"}};
    return !contains(record, ",uid=") && !contains(line, " ") &&
           std::any_of(keys.begin(), keys.end(), [&](string_view key) { return contains(line, key); });
}

bool invoked_goes_on(string_view record, string_view line) {
    constexpr std::array keys{string_view{"gfp_mask="},      string_view{"order="},
                              string_view{"oom_score_adj="}, string_view{"oom_adj="},
                              string_view{"nodemask="},      string_view{"(GFP_"}};
    return !contains(record, "oom_score_adj=") && begins_with_one_of(line, keys);
}

bool oomd_goes_on(string_view record, string_view line) {
    return !contains(record, "activity") && !contains(record, "being more than") &&
           (contains(line, "activity") || contains(line, "being ") || contains(line, " used (") ||
            line.starts_with("due to "));
}

// Words of this log with the break between them: "Memory cgroup out of" and "memory: Killed process 71".
bool words_across(string_view record, string_view line) {
    constexpr std::size_t longest = 40;
    const string_view tail = record.substr(record.size() - std::min(longest, record.size()));
    const string_view head = line.substr(0, longest);
    return !has_oom_words(tail) && has_oom_words(std::string(tail) + " " + std::string(head)) &&
           (!has_oom_words(head) || contains(tail, "emory"));
}

}  // namespace

bool oom_record_goes_on(const OomRecord& record, string_view line) {
    const string_view text = record.text;
    constexpr std::size_t longest = 16384;  // far more than the kernel prints
    if (text.empty() || line.empty() || text.size() > longest) return false;
    switch (record.form) {
        case OomForm::killed:
            return killed_goes_on(text, line);
        case OomForm::chosen:
            return chosen_goes_on(text, line);
        case OomForm::heading:
            return heading_goes_on(text, line);
        case OomForm::task:
            return task_goes_on(text, line);
        case OomForm::counter:
            return counter_goes_on(text, line);
        case OomForm::constraint:
            return constraint_goes_on(text, line);
        case OomForm::limit:
            return limit_goes_on(text, line);
        case OomForm::invoked:
            return invoked_goes_on(text, line);
        case OomForm::oomd:
            return oomd_goes_on(text, line);
        case OomForm::stats:
            return is_v1_stat(line.substr(0, line.find(' ')));
        case OomForm::reaped:
            return !contains(text, "shmem-rss:") && contains(line.substr(0, 20), "-rss:");
        case OomForm::stat:
            return false;
        case OomForm::context:
            break;
    }
    return words_across(text, line);
}

std::string joined_oom_record(string_view record, string_view line) {
    std::string glued = std::string(record) + std::string(line);
    std::string apart = std::string(record) + ' ' + std::string(line);
    if (record.starts_with("oom-kill:")) return glued;
    if (record.starts_with('[')) return apart;
    if (!record.empty() && !line.empty() && is_cut_number(record, line)) return glued;
    // A terminal breaks words, too.
    const std::size_t from = record.size() - std::min<std::size_t>(14, record.size());
    const auto has_more = [&](string_view key) {
        return contains(string_view(glued).substr(from), key) &&
               !contains(string_view(apart).substr(from), key);
    };
    return std::any_of(victim_keys.begin(), victim_keys.end(), has_more) ? glued : apart;
}

}  // namespace nmtx
