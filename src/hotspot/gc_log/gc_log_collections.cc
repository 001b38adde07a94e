#include <algorithm>
#include <string_view>
#include <utility>

#include "base/cursor.h"
#include "hotspot/gc_log/gc_log_reader.h"

namespace nmtx::vm {
namespace {

constexpr std::string_view threshold = "Metadata GC Threshold";

// "(Metadata GC Threshold)": the last group in parentheses of what stands before the figures.
std::string_view last_group(std::string_view text) {
    text = trim(text);
    if (!text.ends_with(')')) return {};
    int depth = 0;
    for (std::size_t i = text.size(); i-- > 0;) {
        if (text[i] == ')') ++depth;
        if (text[i] == '(' && --depth == 0) return text.substr(i + 1, text.size() - i - 2);
    }
    return {};
}

}  // namespace

GcLogCollection GcLogReader::begun(const GcLogLine& line) const {
    GcLogCollection found;
    found.time = now_;
    found.line = number_;
    found.gc = line.gc;
    return found;
}

// A collection has a line at its start and one at its end; others may lie between (a minor one of Z's).
bool GcLogReader::completes(const GcLogCollection& found) {
    constexpr std::size_t as_far_back = 8;
    auto& all = log_.collections;
    for (std::size_t n = 0; n < std::min(as_far_back, all.size()); ++n) {
        GcLogCollection& start = all[all.size() - 1 - n];
        if (start.gc != found.gc) continue;
        if (start.heap_before || !found.heap_before) return true;
        const std::size_t line = start.line;
        const std::string_view cause = start.cause;
        start = found;
        start.line = line;
        if (start.cause.empty()) start.cause = cause;
        return true;
    }
    return false;
}

void GcLogReader::add(GcLogCollection found, const std::optional<HeapChange>& change) {
    found.full = found.what.find("Full") != std::string_view::npos;
    if (change) {
        found.heap_before = change->before;
        found.heap_after = change->after;
        found.heap_total = change->total;
    }
    if (found.gc && completes(found)) return;
    if (found.cause == threshold) {
        ++log_.metadata_collections;
        if (found.full) ++log_.metadata_full;
    }
    log_.collections.push_back(found);
}

bool GcLogReader::collection(const GcLogLine& line) {
    return log_.unified ? unified(line) : old(line);
}

// Pause Young (Concurrent Start) (Metadata GC Threshold) 30M->1M(64M) 8.892ms
// Pause Full (Metadata GC Threshold)                                              tag gc,start
// Garbage Collection (Metadata GC Threshold) 24M(9%)->8M(3%)                      Z
// Trigger: Metadata GC Threshold                                                  Shenandoah
bool GcLogReader::unified(const GcLogLine& line) {
    Cursor begin(line.message);
    for (const std::string_view generation : {"Y: ", "y: ", "O: "}) begin.take(generation);
    const std::string_view message = begin.rest();
    if (message.starts_with("Trigger: ")) {
        if (message.find(threshold) != std::string_view::npos) ++log_.metadata_collections;
        return true;
    }
    // Shenandoah names only the phases of a cycle.
    if (line.gc && (message.starts_with("Pause Init Mark") || message.starts_with("Concurrent cleanup"))) {
        GcLogCollection cycle = begun(line);
        cycle.what = "Concurrent cycle";
        std::optional<HeapChange> change;
        const std::size_t figures = message.find_first_of("0123456789");
        if (message.starts_with("Concurrent cleanup") && figures != std::string_view::npos) {
            Cursor cursor(message.substr(figures));
            change = take_heap_change(cursor);
        }
        add(cycle, change);
        return true;
    }
    bool named = false;
    for (const std::string_view kind :
         {"Pause ", "Garbage Collection", "Major Collection", "Minor Collection"})
        named = named || message.starts_with(kind);
    if (!named) return false;
    GcLogCollection found = begun(line);
    const auto named_by = [&](std::string_view head) {
        found.cause = last_group(head);
        found.what = trim(head.substr(0, head.size() - found.cause.size() - (found.cause.empty() ? 0 : 2)));
    };
    for (std::size_t at = message.find(") "); at != std::string_view::npos; at = message.find(") ", at + 1)) {
        Cursor cursor(message.substr(at + 2));
        const auto change = take_heap_change(cursor);
        if (!change) continue;
        named_by(message.substr(0, at + 1));
        add(found, change);
        return true;
    }
    // Of the lines without figures those that begin a collection, not those of the pauses of one.
    const bool begins = line.gc && message.ends_with(')') &&
                        (!message.starts_with("Pause ") || message.starts_with("Pause Young") ||
                         message.starts_with("Pause Full"));
    if (!begins) return true;
    named_by(message);
    add(found, std::nullopt);
    return true;
}

// [Full GC (Metadata GC Threshold) [PSYoungGen: 324K->0K(20480K)] [ParOldGen: …] 605K->560K(64512K), …
// [GC pause (Metadata GC Threshold) (young) (initial-mark), 0.0023 secs]
bool GcLogReader::old(const GcLogLine& line) {
    const std::string_view message = line.message;
    bool begins = message.starts_with("[Full GC");
    for (const std::string_view begin : {"[GC (", "[GC pause", "[GC--", "[GC ["})
        begins = begins || message.starts_with(begin);
    // "[GC 65536K->5200K(251392K), 0.0081 secs]", "[GC 12.345: [ParNew: …" of 7 and before
    begins = begins ||
             (message.starts_with("[GC ") && message.size() > 4 && message[4] >= '0' && message[4] <= '9');
    if (!begins || message.starts_with("[GC (CMS ")) return false;
    std::optional<HeapChange> change;
    std::size_t figures = message.size();
    int depth = 0;
    for (std::size_t i = 0; i < message.size() && !change; ++i) {
        if (message[i] == '[') ++depth;
        if (message[i] == ']') --depth;
        if (depth != 1 || message[i] < '0' || message[i] > '9' || message[i - 1] != ' ') continue;
        Cursor cursor(message.substr(i));
        change = take_heap_change(cursor);
        figures = i;
    }
    GcLogCollection found = begun(line);
    const std::size_t open = message.find('(');
    found.what = trim(message.substr(1, std::min({open, message.find_first_of("[,", 1), figures}) - 1));
    if (open != std::string_view::npos && open < message.find_first_of("[,", 1)) {
        // "(System.gc())"
        int inside = 0;
        for (std::size_t i = open; i < message.size(); ++i) {
            if (message[i] == '(') ++inside;
            if (message[i] == ')' && --inside == 0) {
                found.cause = message.substr(open + 1, i - open - 1);
                break;
            }
        }
    }
    add(found, change);
    return true;
}

//    [Eden: 24.0M(24.0M)->0.0B(13.0M) Survivors: 0.0B->3072.0K Heap: 24.0M(256.0M)->3500.5K(256.0M)]
bool GcLogReader::g1_heap(std::string_view message) {
    const std::size_t at = message.find(" Heap: ");
    if (!message.starts_with("[Eden: ") || at == std::string_view::npos) return false;
    Cursor cursor(message.substr(at + 7));
    const auto change = take_heap_change(cursor);
    if (change && !log_.collections.empty() && !log_.collections.back().heap_before) {
        log_.collections.back().heap_before = change->before;
        log_.collections.back().heap_after = change->after;
        log_.collections.back().heap_total = change->total;
    }
    return true;
}

}  // namespace nmtx::vm
