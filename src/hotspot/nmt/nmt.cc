#include "hotspot/nmt/nmt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/nmt/nmt_map.h"
#include "hotspot/nmt/nmt_summary.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx {
namespace {

using nmt::Line;

constexpr std::size_t most_of_refusal = 200;

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The sentence where we know it; otherwise how the text begins, without the "4638:" that jcmd puts before
// every reply.
NmtRefusal refusal_of(std::string_view text) {
    if (auto sentence = nmt::known_refusal(text)) return {std::move(*sentence)};
    std::string shown;
    Lines lines(text);
    while (shown.size() < most_of_refusal && lines.next()) {
        const std::string_view line = trim(lines.line());
        if (line.empty()) continue;
        if (shown.empty() && line.ends_with(':') && all_digits(line.substr(0, line.size() - 1))) continue;
        if (!shown.empty()) shown += '\n';
        shown += line.substr(0, most_of_refusal + 1);
    }
    return {std::string(nmt::bounded(shown))};
}

// Somebody's excerpt may begin below the title.
enum class Section { before, summary, map, end };

// In VM.info and hs_err logs the summary is followed by other sections; the call sites of a detail report are
// not read here. detail.diff has no heading above its call sites: they begin with a frame,
// "[0x00007f81410d8740] os::malloc(…)+0x1c".
bool ends_report(std::string_view text, Section section) {
    return text == "Details:" || text.starts_with("Preinit state:") || text.starts_with("-----") ||
           (section == Section::summary && text.starts_with("[0x"));
}

class Reader {
  public:
    Reader(std::string_view text, std::string_view document)
        : text_(text),
          document_(document),
          notes_(document),
          summary_(document, report_, notes_),
          map_(document, report_, notes_) {}

    Expected<std::variant<NmtReport, NmtRefusal>> read() {
        Lines lines(text_);
        while (section_ != Section::end && lines.next()) {
            const Line line{lines.line(), lines.number(), lines.rest().empty() && !text_.ends_with('\n')};
            if (auto done = step(line); !done) return tl::make_unexpected(std::move(done.error()));
        }
        return finish(lines);
    }

  private:
    tl::expected<void, Error> step(const Line& line) {
        const std::string_view text = trim(line.text);
        if (section_ == Section::before) {
            const bool is_title = text == nmt::title;
            if (!is_title && !nmt::is_total(text)) return {};
            section_ = Section::summary;
            if (is_title) return {};
        } else if (text == nmt::title) {
            another_report(line.number);
            return {};
        }
        if (ends_report(text, section_)) {
            section_ = Section::end;
            return {};
        }
        if (text == "Virtual memory map:") {
            section_ = Section::map;
            report_.has_map = true;
            return {};
        }
        if (text == "Memory file details") {
            section_ = Section::map;
            return {};
        }
        return section_ == Section::summary ? summary_.read(line) : map_.read(line);
    }

    void another_report(std::size_t line) {
        notes_.add(line, "another report begins here; only the first one was read");
        section_ = Section::end;
        followed_ = true;
    }

    Expected<std::variant<NmtReport, NmtRefusal>> finish(const Lines& lines) {
        if (section_ == Section::before) {
            if (trim_lines(text_).empty()) {
                return failure(std::string(document_),
                               "expected a report of VM.native_memory, found an empty text",
                               "ask the JVM again");
            }
            return refusal_of(text_);
        }
        if (!summary_.has_total()) {
            return failure(fmt::format("{}:{}", document_, lines.number()),
                           "expected a line 'Total: reserved=…, committed=…' below the title, found none",
                           "the report is cut; take it again");
        }
        if (!followed_ && lines.rest().find("\nNative Memory Tracking:\n") != std::string_view::npos) {
            another_report(lines.number());
        }
        if (section_ == Section::map) {
            notes_.add(lines.number(),
                       "the report ends inside the map ('Details:' does not follow); it may be cut");
        }
        summary_.check_sums(lines.number());
        map_.finish();
        report_.notes = notes_.take();
        return std::move(report_);
    }

    static std::string_view trim_lines(std::string_view text) {
        const auto first = text.find_first_not_of(" \t\r\n");
        return first == std::string_view::npos ? std::string_view{} : text.substr(first);
    }

    std::string_view text_;
    std::string_view document_;
    NmtReport report_;
    nmt::Notes notes_;
    nmt::SummaryReader summary_;
    nmt::MapReader map_;
    Section section_ = Section::before;
    bool followed_ = false;
};

}  // namespace

NmtReport::NmtReport() = default;
NmtReport::NmtReport(const NmtReport&) = default;
NmtReport::NmtReport(NmtReport&&) noexcept = default;
NmtReport& NmtReport::operator=(const NmtReport&) = default;
NmtReport& NmtReport::operator=(NmtReport&&) noexcept = default;
NmtReport::~NmtReport() = default;

const NmtCategory* NmtReport::find(std::string_view name) const {
    const auto at = std::ranges::find(categories, name, &NmtCategory::name);
    return at == categories.end() ? nullptr : &*at;
}

bool NmtReport::has_changes() const {
    const auto changed = [](const NmtCategory& category) { return category.change != NmtSinceBaseline{}; };
    return change != NmtSinceBaseline{} || std::ranges::any_of(categories, changed);
}

Bytes NmtReport::malloc_total() const {
    Bytes sum;
    for (const NmtCategory& category : categories) {
        sum += category.malloc + category.arena + category.tracking_overhead.value_or(Bytes());
    }
    return sum;
}

Expected<std::variant<NmtReport, NmtRefusal>> parse_nmt(std::string_view text, std::string_view document) {
    return Reader(text, document).read();
}

}  // namespace nmtx
