#include "hotspot/threads/thread_dumps.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/characters.h"
#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/threads/thread_header.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

// "2019-10-08 18:38:22"
bool is_time(std::string_view line) {
    line = trim(line);
    return line.size() == 19 && is_digit(line[0]) && line[4] == '-' && line[7] == '-' && line[10] == ' ' &&
           line[13] == ':';
}

// " num     #instances         #bytes  class name (module)"
bool begins_histogram(std::string_view line) {
    line = trim(line);
    return line.starts_with("num ") && line.find("#instances") != std::string_view::npos;
}

// What HotSpot prints in a dump, between its threads or behind them.
bool is_of_dump(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t' || line.front() == '"') return true;
    for (const std::string_view begin :
         {"JNI global ref", "Found ", "Threads class SMR info", "_java_thread_list=", "0x", "}",
          "===", "Java stack information", "which is held by", "Heap", "Total ", "---", "{Heap",
          "Locked ownable", "- ", "at "})
        if (line.starts_with(begin)) return true;
    return false;
}

struct Part {
    std::size_t begin = 0, end = 0;  // offsets in the text
    std::size_t line = 1;            // of the first line
    std::string_view time;
};

// Cuts the text at its headings. Without any it is one part.
std::vector<Part> cut_at_headings(std::string_view text) {
    std::vector<Part> parts;
    std::string_view above;
    for (Lines lines(text); lines.next(); above = lines.line()) {
        if (!lines.line().starts_with(thread_dump_heading)) continue;
        const auto begin = static_cast<std::size_t>(lines.line().data() - text.data());
        if (!parts.empty()) parts.back().end = begin;
        parts.push_back(
            {begin, text.size(), lines.number(), is_time(above) ? trim(above) : std::string_view()});
    }
    if (parts.empty()) parts.push_back({0, text.size(), 1, {}});
    return parts;
}

// Finds the parts in and after a dump that are not threads.
class Surroundings {
  public:
    Surroundings(PastedThreadDump& dump, NotUnderstood& unread) : dump_(dump), unread_(unread) {}

    void read(std::string_view text, std::size_t first_line) {
        Lines lines(text);
        while (lines.next()) {
            const std::string_view line = lines.line();
            const std::size_t number = lines.number() + first_line - 1;
            const auto begin = static_cast<std::size_t>(line.data() - text.data());
            const std::size_t end = text.size() - lines.rest().size();
            if (histogram_) {
                dump_.histogram = text.substr(*histogram_, end - *histogram_);
                if (line.starts_with("Total ")) histogram_.reset();
            } else if (heap_ && (line.starts_with(" ") || line.starts_with("Heap"))) {
                dump_.heap = text.substr(*heap_, end - *heap_);
            } else if (begins_histogram(line) && dump_.histogram.empty()) {
                histogram_ = begin;
                dump_.histogram_line = number;
            } else if (line == "Heap" && dump_.heap.empty()) {
                heap_ = begin;
                dump_.heap_line = number;
            } else {
                heap_.reset();
                if (!line.empty() && !line.starts_with(thread_dump_heading) && !is_time(line) &&
                    !is_of_dump(line))
                    unread_.add_line(number, line);
            }
        }
    }

  private:
    PastedThreadDump& dump_;
    NotUnderstood& unread_;
    std::optional<std::size_t> histogram_, heap_;  // where they began
};

}  // namespace

Expected<PastedThreadDumps> parse_thread_dumps(std::string_view text, std::string_view document) {
    PastedThreadDumps found;
    std::optional<Error> first_error;
    const std::vector<Part> parts = cut_at_headings(text);
    for (Lines lines(text.substr(0, parts.front().begin)); lines.next();)
        if (!trim(lines.line()).empty() && !is_time(lines.line()))
            found.not_understood.add_line(lines.number(), lines.line());
    for (const Part& part : parts) {
        const std::string_view piece = text.substr(part.begin, part.end - part.begin);
        auto dump = parse_thread_dump_part(piece, document, part.line - 1);
        if (!dump) {
            if (!first_error) first_error = std::move(dump.error());
            continue;
        }
        found.dumps.push_back({std::move(*dump), part.line, part.time, {}, 0, {}, 0});
        Surroundings(found.dumps.back(), found.not_understood).read(piece, part.line);
    }
    if (found.dumps.empty()) return tl::make_unexpected(std::move(*first_error));
    return found;
}

namespace {

constexpr std::string_view safepoint_begin = "SafepointSynchronize::begin: ";

// What such a line says: behind decorations, or behind whatever else stands there, and behind the "# ", which
// a paste may have lost.
std::string_view safepoint_words(std::string_view line) {
    std::string_view words = vm::behind_decorations(line);
    constexpr std::string_view mark = "# ";
    for (const std::string_view marked :
         {std::string_view("# SafepointSynchronize"), std::string_view("# \"")}) {
        if (const std::size_t at = words.find(marked); at != std::string_view::npos && words.front() != '"')
            words.remove_prefix(at);
    }
    return words.starts_with(mark) ? trim(words.substr(mark.size())) : words;
}

// "main" #1 prio=5 os_prio=0 …
std::optional<DumpedThread> safepoint_thread(std::string_view words) {
    const std::size_t quote = words.rfind('"');
    ThreadHeader header;
    if (!words.starts_with('"') || quote == 0 ||
        read_header_fields(words.substr(quote + 1), header) != HeaderReading::whole)
        return std::nullopt;
    header.thread.name = words.substr(1, quote - 1);
    return std::move(header.thread);
}

}  // namespace

// # SafepointSynchronize::begin: Timeout detected:
// # SafepointSynchronize::begin: Timed out while spinning to reach a safepoint.
// # SafepointSynchronize::begin: Threads which did not reach the safepoint:
// # "main" #1 prio=5 os_prio=0 cpu=1191.10ms elapsed=16.19s tid=0x… nid=0x130d runnable  [0x0000000000000000]
//    java.lang.Thread.State: RUNNABLE
//
// # SafepointSynchronize::begin: (End of list)
// From 9 on it is a warning of the unified log, "[0.881s][warning][safepoint] " before each line.
Expected<SafepointTimeouts> parse_safepoint_timeouts(std::string_view text, std::string_view document) {
    SafepointTimeouts found;
    bool open = false;
    Lines lines(text);
    while (lines.next()) {
        const std::string_view words = safepoint_words(lines.line());
        Cursor cursor(words);
        if (cursor.take(safepoint_begin)) {
            const std::string_view what = trim(cursor.rest());
            if (what.starts_with("(End of list)")) {
                open = false;
            } else if (!open) {
                found.timeouts.push_back({lines.number(), {}, {}});
                open = true;
            }
            if (open && what.starts_with("Timed out")) found.timeouts.back().what = what;
            continue;
        }
        if (open) {
            std::vector<DumpedThread>& threads = found.timeouts.back().threads;
            if (auto thread = safepoint_thread(words)) {
                threads.push_back(std::move(*thread));
                continue;
            }
            if (!threads.empty() && cursor.take("java.lang.Thread.State: ")) {
                threads.back().java_state = cursor.rest();
                continue;
            }
        }
        if (!words.empty()) found.not_understood.add_line(lines.number(), lines.line());
    }
    if (!found.timeouts.empty()) return found;
    return failure(std::string(document), fmt::format("expected \"# {}…\", found {}", safepoint_begin,
                                                      vm::quoted(text.substr(0, text.find('\n')))));
}

}  // namespace nmtx
