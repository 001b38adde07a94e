#include "hotspot/nmt/nmt_paste.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/nmt/nmt_map.h"
#include "hotspot/nmt/nmt_sites_reader.h"
#include "hotspot/nmt/nmt_summary.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx {
namespace {

using nmt::Line;

// "..." and the like: lines were left out.
bool is_ellipsis(std::string_view text) {
    return text == "..." || text == "…" || text == "[...]" || text == "[…]" || text == "(...)" ||
           text == ". . .";
}

// "4638:", which jcmd puts before every reply, and what it says of the baseline of a diff.
bool is_of_jcmd(std::string_view text) {
    if (text == "Baseline succeeded" || text == "Baseline taken") return true;
    if (!text.ends_with(':') || text.size() < 2 || text.size() > 11) return false;
    return std::ranges::all_of(text.substr(0, text.size() - 1), [](char c) { return c >= '0' && c <= '9'; });
}

// What stands behind the figures of a line of the summary: whose end is the first parenthesis behind the
// figures, in "(malloc=12KB #3) (peak=13KB #4)" the second.
std::string_view remark_behind(std::string_view text) {
    const std::size_t from = text.starts_with('(') ? 0 : text.find('(');
    if (text.starts_with("Total:")) {
        Cursor cursor(text.substr(6));
        cursor.skip_blanks();
        if (!nmt::take_usage(cursor)) return {};
        return trim(cursor.rest());
    }
    if (from == std::string_view::npos) return {};
    const std::size_t end = text.find(')', from);
    if (end == std::string_view::npos) return {};
    Cursor cursor(text.substr(end + 1));
    cursor.skip_blanks();
    if (cursor.take("(at peak)") || (cursor.take("(peak=") && cursor.until(")") && cursor.take(")")))
        return trim(cursor.rest());
    return trim(text.substr(end + 1));
}

class PasteReader {
  public:
    PasteReader(std::string_view text, std::string_view document)
        : text_(text),
          notes_(document, &found_.not_understood),
          summary_(document, found_.report, notes_, true),
          map_(document, found_.report, notes_),
          sites_(document, notes_) {}

    // Nothing where the text has no line of a report.
    std::optional<PastedNmt> read() {
        Lines lines(text_);
        while (lines.next()) {
            const Line line{lines.line(), lines.number(), lines.rest().empty() && !text_.ends_with('\n')};
            if (!step(line)) break;
            found_.lines = lines.number();
        }
        if (!something()) return std::nullopt;
        finish();
        return std::move(found_);
    }

  private:
    enum class Section { before, summary, map, sites };

    [[nodiscard]] bool something() const {
        return summary_.has_total() || !found_.report.categories.empty() || !found_.report.regions.empty() ||
               !found_.report.files.empty() || !sites_.empty() || map_entries_;
    }

    // False where the report is over.
    bool step(const Line& line) {
        const std::string_view text = trim(line.text);
        if (text.empty()) return true;
        if (text.starts_with('[')) return bracket(line, text);
        if (text.starts_with('(')) return parenthesis(line, text);
        if (text == nmt::title || nmt::is_total(text)) return beginning(line, text);
        if (text.starts_with("Preinit state:") || text.starts_with("-----")) return !something();
        if (const auto name = nmt::category_name(text)) return category(line, *name);
        if (heading(text)) return true;
        if (is_ellipsis(text)) {
            elided_ = true;
            return true;
        }
        if (section_ == Section::before && is_of_jcmd(text)) return true;
        if (section_ == Section::summary) return take(line, summary_.read(line));
        if (section_ == Section::map) return take(line, map_.read(line));
        if (section_ == Section::sites) return take(line, sites_.read(line));
        return unread(line);
    }

    bool beginning(const Line& line, std::string_view text) {
        if (something()) return false;
        section_ = Section::summary;
        if (text == nmt::title) return true;
        return take(line, summary_.read(line));
    }

    bool category(const Line& line, std::string_view name) {
        const bool over = section_ == Section::map || section_ == Section::sites;
        if (over || summary_.has_category(name)) return false;
        section_ = Section::summary;
        return take(line, summary_.read(line));
    }

    bool heading(std::string_view text) {
        if (text == "Virtual memory map:") {
            section_ = Section::map;
            found_.report.has_map = true;
        } else if (text.starts_with("Memory file details") || text.starts_with("Memory map of ")) {
            section_ = Section::map;
            if (text.starts_with("Memory map of ")) return false;
        } else if (text == "Details:") {
            leave_map();
            section_ = Section::sites;
        } else {
            return false;
        }
        return true;
    }

    // Entries of the map and frames. Frames belong to the map while it lasts; else the call sites begin.
    bool bracket(const Line& line, std::string_view text) {
        if (nmt::is_map_entry(text)) {
            if (section_ == Section::sites && !sites_.empty()) return unread(line);
            sites_.forget_frames();
            section_ = Section::map;
            found_.report.has_map = map_entries_ = true;
            return take(line, map_.read(line));
        }
        if (is_ellipsis(text)) {
            elided_ = true;
            return true;
        }
        if (!nmt::is_frame(text)) return unread(line);
        if (section_ == Section::map) return true;
        section_ = Section::sites;
        return take(line, sites_.read(line));
    }

    bool parenthesis(const Line& line, std::string_view text) {
        if (is_ellipsis(text)) {
            elided_ = true;
            return true;
        }
        Cursor cursor(text);
        if (cursor.take("(Omitting categories weighting less than ")) {
            if (const auto amount = nmt::take_amount(cursor)) found_.omitted_below = amount->value;
            return true;
        }
        if (section_ != Section::sites && nmt::is_site_figures(text)) {
            leave_map();
            section_ = Section::sites;
        }
        if (section_ == Section::sites) return take(line, sites_.read(line));
        if (section_ == Section::summary) return take(line, summary_.read(line));
        return unread(line);
    }

    // What a reader calls an error in a reply of the JVM's is in a paste a line that was not understood.
    bool take(const Line& line, const tl::expected<void, Error>& done) {
        if (!done) return unread(line);
        if (section_ == Section::summary)
            found_.not_understood.add_remark(line.number, remark_behind(trim(line.text)));
        return true;
    }

    bool unread(const Line& line) {
        found_.not_understood.add_line(line.number, line.text);
        return true;
    }

    void leave_map() {
        if (section_ == Section::map) map_is_whole_ = true;
    }

    void finish() {
        NmtReport& report = found_.report;
        found_.has_total = summary_.has_total();
        if (!sites_.empty()) found_.sites = sites_.take(0);
        if (!found_.has_total) found_.missing.emplace_back("no line \"Total: reserved=…, committed=…\"");
        if (report.categories.empty()) {
            found_.missing.emplace_back("no category");
        } else if (found_.has_total) {
            summary_.check_sums(0);
        }
        if (elided_) found_.missing.emplace_back("the lines replaced by \"...\"");
        if (report.has_map && !map_is_whole_)
            found_.missing.emplace_back(
                "perhaps the end of the virtual memory map: \"Details:\" does not follow");
        map_.finish();
        report.notes = notes_.take();
    }

    std::string_view text_;
    PastedNmt found_;
    nmt::Notes notes_;
    nmt::SummaryReader summary_;
    nmt::MapReader map_;
    nmt::SitesReader sites_;
    Section section_ = Section::before;
    bool elided_ = false;
    bool map_entries_ = false;
    bool map_is_whole_ = false;
};

tl::unexpected<Error> nothing_of(std::string_view what, std::string_view text, std::string_view document) {
    Lines lines(text);
    while (lines.next() && trim(lines.line()).empty()) {
    }
    return lines.error(document, fmt::format("expected {}, found {}", what, nmt::quoted(lines.line())));
}

}  // namespace

Expected<std::variant<PastedNmt, NmtRefusal>> parse_pasted_nmt(std::string_view text,
                                                               std::string_view document) {
    if (auto found = PasteReader(text, document).read()) return std::move(*found);
    if (auto sentence = nmt::known_refusal(text)) return NmtRefusal{std::move(*sentence)};
    return nothing_of("a line of NMT, as \"-  Class (reserved=…, committed=…)\"", text, document);
}

// Native Memory Tracking Statistics:
// State: detail                                         17 and later
// Malloc allocation site table size: 511
//              Tracking stack depth: 4
//
// Hash distribution:                                    and figures below, which say nothing about memory
// Preinit state:entries: 368 (primary: 368, empties: 7823), sum bytes: 54231, longest chain length: 1
//                                                       in 17 on a line of its own
// pre-init mallocs: 393, pre-init reallocs: 3, pre-init frees: 25
// MallocLimit: unset
Expected<NmtStatistics> parse_nmt_statistics(std::string_view text, std::string_view document) {
    NmtStatistics found;
    bool titled = false;
    bool figures = false;  // of the distribution
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        Cursor cursor(line);
        const auto value = [&] {
            cursor.skip_blanks();
            return cursor.decimal();
        };
        if (line.empty() || is_of_jcmd(line)) continue;
        if (line == "Native Memory Tracking Statistics:") {
            titled = true;
        } else if (cursor.take("State:")) {
            found.state = trim(cursor.rest());
        } else if (cursor.take("Malloc allocation site table size:")) {
            found.table_size = value();
            titled = titled || found.table_size;
        } else if (cursor.take("Tracking stack depth:")) {
            found.stack_depth = value();
        } else if (line.starts_with("Preinit state:") || line.starts_with("entries: ")) {
            figures = false;
            if (cursor.until("sum bytes:") && cursor.take("sum bytes:")) found.preinit_bytes = value();
        } else if (line.ends_with("istribution:") || line == "Malloc allocation site table:") {
            figures = true;
        } else if (!figures && !line.starts_with("pre-init ") && !line.starts_with("MallocLimit:")) {
            found.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (!titled) return nothing_of("\"Native Memory Tracking Statistics:\"", text, document);
    return found;
}

}  // namespace nmtx
