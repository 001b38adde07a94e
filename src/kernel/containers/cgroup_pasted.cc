#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/remark.h"
#include "kernel/containers/cgroup.h"
#include "kernel/containers/cgroup_figures.h"
#include "kernel/containers/cgroup_line.h"
#include "kernel/fields.h"

// $ oc exec pod -- cat /sys/fs/cgroup/memory/memory.usage_in_bytes
// 2535804928
// $ cat memory.stat | grep inactive_file
// inactive_file 334565376
// ==> /sys/fs/cgroup/memory.max <==
// 2147483648
// /sys/fs/cgroup/memory.events:oom_kill 2
// memory.current: 904441856

namespace nmtx {
namespace {

constexpr std::string_view family = "memory.";

bool ends_name(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || c == '_' || c == '.';
    return !letter;
}

// "/sys/fs/cgroup/memory.max" or "memory.max" somewhere in the line, from `at` on: its last name, and where
// it ends.
std::optional<std::pair<std::string_view, std::size_t>> file_in(std::string_view line, std::size_t at) {
    for (at = line.find(family, at); at != std::string_view::npos; at = line.find(family, at + 1)) {
        const bool begins = at == 0 || line[at - 1] == '/' || line[at - 1] == ' ' || line[at - 1] == '"';
        std::size_t end = at + family.size();
        while (end < line.size() && !ends_name(line[end])) ++end;
        if (begins && end > at + family.size()) return std::pair(line.substr(at, end - at), end);
    }
    return std::nullopt;
}

class Reader {
  public:
    Reader(std::string_view text, std::string_view document) : lines_(text), document_(document) {}

    Expected<PastedCgroup> read() {
        while (lines_.next()) {
            const std::string_view line = trim(lines_.line());
            // A prompt may be "#", and "==> memory.max <==" is a heading.
            const bool whole = line.starts_with('#') || line.starts_with("==>");
            const Remarked parts = whole ? Remarked{line, {}} : split_remark(line);
            if (parts.text.empty() && parts.remark.empty()) continue;
            remark_ = parts.remark;
            if (!parts.text.empty() && any_line(parts.text)) {
                pasted_.not_understood.add_remark(lines_.number(), remark_);
            } else {
                pasted_.not_understood.add_line(lines_.number(), lines_.line());
            }
        }
        if (!found_) {
            return nothing_understood(document_, "figures of cgroup files, \"memory.max\" and the like",
                                      pasted_.not_understood);
        }
        pasted_.memory = figures_.memory();
        return std::move(pasted_);
    }

  private:
    bool any_line(std::string_view line) {
        if (const auto read = read_cgroup_line(line)) {
            if (remark_.empty()) remark_ = read->remark;
            if (read->key.empty()) return number(*read);
            if (!files_.empty() && !CgroupFigures::is_single(files_.front()))
                return content(files_.front(), *read);
            return CgroupFigures::is_stat(read->key) && content("memory.stat", *read);
        }
        const auto file = file_in(line, 0);
        if (!file) {
            files_.clear();  // the output of any other command is not for us
            return false;
        }
        return named(line, file->first, file->second);
    }

    // A line with a file's name: what it holds stands behind it, or on the lines that follow.
    bool named(std::string_view line, std::string_view file, std::size_t end) {
        files_.clear();
        const std::string_view behind = line.substr(end);
        const auto alone = read_cgroup_line(behind);
        if (behind.starts_with(':') || behind.starts_with('=') || behind.starts_with(" =") ||
            (alone && alone->key.empty())) {
            std::string_view value = behind;
            while (!value.empty() && (value.front() == ':' || value.front() == '=' || value.front() == ' '))
                value.remove_prefix(1);
            const auto read = read_cgroup_line(value);
            if (read && remark_.empty()) remark_ = read->remark;
            if (!value.empty()) return read && content(file, *read);
        }
        for (auto next = std::optional(std::pair(file, end)); next; next = file_in(line, next->second)) {
            files_.push_back(next->first);
            figures_.name(next->first);
        }
        return true;
    }

    // The answer of one file of those that were asked together.
    bool number(const CgroupLine& line) {
        if (files_.empty()) return false;
        const std::string_view file = files_.front();
        files_.erase(files_.begin());
        return content(file, line);
    }

    bool content(std::string_view file, const CgroupLine& line) {
        const std::string_view key = line.key;
        // A second figure is another cgroup's or another moment's; the limits of the cgroups above come from
        // files of one name.
        const std::pair place(file, key);
        const bool again = std::find(taken_.begin(), taken_.end(), place) != taken_.end();
        if (again && file != "memory.max") return false;
        if (!figures_.take(file, key.empty() ? line.figure : std::string(key) + ' ' + line.figure))
            return false;
        if (taken_.size() < most_taken) taken_.push_back(place);
        found_ = true;
        return true;
    }

    // A cgroup has some hundred figures; bounds what a forged text can make us look through.
    static constexpr std::size_t most_taken = 512;

    Lines lines_;
    std::string_view document_;
    std::vector<std::string_view> files_;  // named files whose figures follow
    std::vector<std::pair<std::string_view, std::string_view>> taken_;
    std::string_view remark_;  // of the line that is being read
    bool found_ = false;
    CgroupFigures figures_;
    PastedCgroup pasted_;
};

}  // namespace

Expected<PastedCgroup> parse_pasted_cgroup(std::string_view text, std::string_view document) {
    return Reader(text, document).read();
}

}  // namespace nmtx
