#include "pasted/divide/segments.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/cursor.h"
#include "base/first_and_last.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx {
namespace {

// What forms and articles put around a paste.
bool is_markup(std::string_view text) {
    return text.starts_with("```") || text.starts_with("~~~") || text == "{noformat}" || text == "<pre>" ||
           text == "</pre>" || text == "----" || text.starts_with("{code") || text == "[code]" ||
           text == "[/code]" || text == "<code>" || text == "</code>" || text == "</pre></code>";
}

class Divider {
  public:
    explicit Divider(std::string_view text) : text_(text) {}

    Segments run() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t newline = text_.find('\n', at);
            const std::size_t end = newline == std::string_view::npos ? text_.size() : newline;
            ++segments_.lines;
            line(at, end);
            at = end + 1;
        }
        close();
        for (auto& [kind, kept] : kept_) std::ranges::move(kept.take(), std::back_inserter(segments_.parts));
        std::ranges::sort(segments_.parts, {}, [](const Part& part) { return part.runs.front().begin; });
        for (auto& [kind, left_out] : left_out_) segments_.left_out.push_back(left_out);
        segments_.leftovers = leftovers_.take();
        return std::move(segments_);
    }

  private:
    // So many lines of prose may stand in the midst of a part.
    static constexpr std::size_t most_foreign = 40;

    void line(std::size_t begin, std::size_t end) {
        const LineInContext at(text_, begin, end, command_);
        gap_ = gap_ || at.trimmed().empty() || is_markup(at.trimmed());
        if (open_ != nullptr && taken_by_open(at, begin, end)) return;
        const std::string_view text = at.trimmed();
        if (text.empty() || is_markup(text)) return;
        if (const KindEntry* const entry = beginning_at(at)) {
            close();
            open(*entry, at, begin, end);
            return;
        }
        heading_ = text.ends_with(':');
        leave(begin, end);
        if (open_ != nullptr && ++foreign_ > most_foreign) close();
    }

    bool taken_by_open(const LineInContext& at, std::size_t begin, std::size_t end) {
        if (open_->manner.among == Among::swallows) {
            const KindEntry* const other = beginning_at(at, true);
            if (other != nullptr && other != open_) {
                close();
                open(*other, at, begin, end);
                return true;
            }
        }
        so_far_.apart = foreign_ > 0 && (gap_ || heading_);
        switch (open_->belongs(at, so_far_)) {
            case LineFit::filler:
                return true;
            case LineFit::yes:
                add(begin, end);
                return true;
            case LineFit::last:
                add(begin, end);
                close();
                return true;
            case LineFit::fresh: {
                const KindEntry& again = *open_;
                close();
                open(again, at, begin, end);
                return true;
            }
            case LineFit::no:
                break;
        }
        return false;
    }

    void open(const KindEntry& entry, const LineInContext& at, std::size_t begin, std::size_t end) {
        open_ = &entry;
        so_far_ = {};
        foreign_ = 0;
        part_ = {};
        part_.kind = entry.kind;
        const LineFit fit = entry.belongs(at, so_far_);
        add(begin, end);
        if (fit == LineFit::last) close();
    }

    void add(std::size_t begin, std::size_t end) {
        const std::size_t with_newline = std::min(end + 1, text_.size());
        const std::size_t number = segments_.lines;
        // Lines that were taken for fillers stand between; prose does not.
        if (!part_.runs.empty() && foreign_ == 0) {
            LineRun& run = part_.runs.back();
            run.lines = number - run.first_line + 1;
            run.end = with_newline;
        } else {
            part_.runs.push_back({number, 1, begin, with_newline});
        }
        foreign_ = 0;
        gap_ = heading_ = false;
        ++so_far_.lines;
        if (part_.runs.size() > most_runs) close();
    }

    void close() {
        if (open_ == nullptr) return;
        open_ = nullptr;
        const std::string_view first =
            text_.substr(part_.runs.front().begin, part_.runs.front().end - part_.runs.front().begin);
        if (part_.kind == PastedKind::command) {
            command_ = command_in(first.substr(0, first.find('\n')));
            if (const std::uint64_t pid = pid_in_command(command_)) pid_ = pid;
        } else if (part_.kind == PastedKind::pid_line) {
            pid_ = Cursor(trim(first)).decimal().value_or(0);
        } else {
            part_.command = command_;
            part_.pid = pid_;
            command_ = {};
        }
        const PastedKind kind = part_.kind;
        auto& kept = kept_.try_emplace(kind, most_parts_of_a_kind).first->second;
        if (const auto dropped = kept.add(std::move(part_))) {
            LeftOut& left_out = left_out_[kind];
            left_out.kind = kind;
            left_out.add(dropped->runs.front(), dropped->runs.back(), dropped->pid);
        }
        part_ = {};
    }

    void leave(std::size_t begin, std::size_t end) {
        const std::size_t number = segments_.lines;
        if (!leftovers_.empty() && goes_on(leftovers_.from_end(0), begin, number)) {
            Leftover& last = leftovers_.from_end(0);
            const auto from = static_cast<std::size_t>(last.text.data() - text_.data());
            last.text = text_.substr(from, end - from);
            last.lines = number - last.first_line + 1;
            return;
        }
        if (const auto dropped = leftovers_.add({number, 1, text_.substr(begin, end - begin)})) {
            ++segments_.leftovers_left_out;
            segments_.lines_left_out += dropped->lines;
        }
    }

    // Nothing but blank lines between.
    [[nodiscard]] bool goes_on(const Leftover& last, std::size_t begin, std::size_t number) const {
        const auto end = static_cast<std::size_t>(last.text.data() - text_.data()) + last.text.size();
        constexpr std::size_t most_blank = 3;
        return number - (last.first_line + last.lines - 1) <= most_blank &&
               text_.substr(end, begin - end).find_first_not_of(" \t\r\n") == std::string_view::npos;
    }

    std::string_view text_;
    Segments segments_;
    std::map<PastedKind, FirstAndLast<Part>> kept_;
    std::map<PastedKind, LeftOut> left_out_;
    FirstAndLast<Leftover> leftovers_{most_leftovers};
    const KindEntry* open_ = nullptr;
    PartSoFar so_far_;
    Part part_;
    std::size_t foreign_ = 0;  // lines of prose since the last line of the part
    bool gap_ = false;         // a blank line since then: what a program writes in between has none
    bool heading_ = false;     // the last of these lines ends with a colon
    std::string_view command_;
    std::uint64_t pid_ = 0;
};

}  // namespace

void LeftOut::add(const LineRun& first, const LineRun& last, std::uint64_t of_pid) {
    if (parts == 0) first_line = first.first_line;
    ++parts;
    last_line = last.first_line + last.lines - 1;
    if (of_pid == 0) return;
    several_pids = several_pids || (pid && *pid != of_pid);
    pid = of_pid;
}

std::size_t Part::lines() const {
    std::size_t sum = 0;
    for (const LineRun& run : runs) sum += run.lines;
    return sum;
}

std::size_t Part::input_line(std::size_t line) const {
    for (const LineRun& run : runs) {
        if (line <= run.lines) return run.first_line + line - 1;
        line -= run.lines;
    }
    return last_line();
}

Segments divide(std::string_view text) {
    return Divider(text).run();
}

std::string text_of(const Part& part, std::string_view text) {
    std::string joined;
    std::size_t size = 0;
    for (const LineRun& run : part.runs) size += run.end - run.begin + 1;
    joined.reserve(size);
    for (const LineRun& run : part.runs) {
        joined += text.substr(run.begin, run.end - run.begin);
        if (&run != &part.runs.back() && !joined.ends_with('\n')) joined += '\n';
    }
    return joined;
}

}  // namespace nmtx
