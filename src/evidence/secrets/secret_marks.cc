#include "evidence/secrets/secret_marks.h"

#include <algorithm>

namespace nmtx {

std::size_t SecretMarks::apply(std::string& text) {
    if (marks_.empty()) return 0;
    std::sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
    std::size_t merged = 0;
    for (std::size_t i = 1; i < marks_.size(); ++i) {
        if (marks_[i].begin <= marks_[merged].end) {
            marks_[merged].end = std::max(marks_[merged].end, marks_[i].end);
        } else {
            marks_[++merged] = marks_[i];
        }
    }
    marks_.resize(merged + 1);
    std::string out;
    std::size_t at = 0, count = 0;
    for (const Mark& mark : marks_) {
        out.append(text, at, mark.begin - at);
        std::string_view lines = std::string_view(text).substr(mark.begin, mark.end - mark.begin);
        bool is_new = false;
        while (!lines.empty()) {
            const std::size_t length = std::min(lines.find('\n'), lines.size());
            if (length > 0) out += secret_mask;
            is_new = is_new || (length > 0 && lines.substr(0, length) != secret_mask);
            if (length < lines.size()) out += '\n';
            lines.remove_prefix(std::min(length + 1, lines.size()));
        }
        count += is_new ? 1 : 0;
        at = mark.end;
    }
    out.append(text, at);
    text = std::move(out);
    return count;
}

}  // namespace nmtx
