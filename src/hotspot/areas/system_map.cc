#include "hotspot/areas/system_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/printable.h"

namespace nmtx {
namespace {

struct TagName {
    std::string_view tag;
    std::string_view category;
};

// The short names are those of NMT_FLAGS_DO in memMapPrinter.cpp, the others are the enumerators of MemTag
// (memTag.hpp), which the VM prints where it has no short name. Sorted.
constexpr std::array tag_names{
    TagName{"CARDTBL", "GCCardSet"},
    TagName{"CDS", "Shared class space"},
    TagName{"CLASS", "Class"},
    TagName{"CODE", "Code"},
    TagName{"GC", "GC"},
    TagName{"INTERN", "Internal"},
    TagName{"JAVAHEAP", "Java Heap"},
    TagName{"JDK", "Other"},
    TagName{"META", "Metaspace"},
    TagName{"POLL", "Safepoint"},
    TagName{"STACK", "Thread Stack"},
    TagName{"TEST", "Test"},
    TagName{"mtArguments", "Arguments"},
    TagName{"mtChunk", "Arena Chunk"},
    TagName{"mtClass", "Class"},
    TagName{"mtClassShared", "Shared class space"},
    TagName{"mtCode", "Code"},
    TagName{"mtCompiler", "Compiler"},
    TagName{"mtGC", "GC"},
    TagName{"mtGCCardSet", "GCCardSet"},
    TagName{"mtInternal", "Internal"},
    TagName{"mtJNI", "JNI"},
    TagName{"mtJVMCI", "JVMCI"},
    TagName{"mtJavaHeap", "Java Heap"},
    TagName{"mtLogging", "Logging"},
    TagName{"mtMetaspace", "Metaspace"},
    TagName{"mtModule", "Module"},
    TagName{"mtNMT", "Native Memory Tracking"},
    TagName{"mtNone", "Unknown"},
    TagName{"mtObjectMonitor", "Object Monitors"},
    TagName{"mtOther", "Other"},
    TagName{"mtSafepoint", "Safepoint"},
    TagName{"mtServiceability", "Serviceability"},
    TagName{"mtStatistics", "Statistics"},
    TagName{"mtStringDedup", "String Deduplication"},
    TagName{"mtSymbol", "Symbol"},
    TagName{"mtSynchronizer", "Synchronization"},
    TagName{"mtTest", "Test"},
    TagName{"mtThread", "Thread"},
    TagName{"mtThreadStack", "Thread Stack"},
    TagName{"mtTracing", "Tracing"},
};
static_assert(std::ranges::is_sorted(tag_names, {}, &TagName::tag));

// "STACK-24195-worker-with-a-long-name-19": the number is the tid, the rest the name.
std::optional<SystemMapThread> thread_of(std::string_view tag) {
    Cursor cursor(tag);
    if (!cursor.take("STACK-")) return std::nullopt;
    const auto tid = cursor.decimal();
    if (!tid || !cursor.take("-")) return std::nullopt;
    return SystemMapThread{*tid, std::string(cursor.rest())};
}

// "CODE,GC,STACK-24195-main", "-". Names hold no comma: the VM has replaced it. False where a tag is empty,
// or there are more of them than a MemTag can number.
bool read_tags(std::string_view info, SystemMapRow& row) {
    constexpr std::size_t most = 256;
    if (info == "-") return true;
    while (row.tags.size() < most) {
        const std::size_t comma = info.find(',');
        const std::string_view tag = info.substr(0, comma);
        if (tag.empty()) return false;
        if (auto thread = thread_of(tag)) {
            row.tags.emplace_back("STACK");
            row.threads.push_back(std::move(*thread));
        } else {
            row.tags.emplace_back(tag);
        }
        if (comma == std::string_view::npos) return true;
        info.remove_prefix(comma + 1);
    }
    return false;
}

// 0x00007f62b7104000-0x00007f62b7200000      1032192 rw-p        90112            0 4K   com,nothp
// STACK-24194-worker - 0x0000000014001000-0x0000000014ea8000     15364096 rw-p     15130624            0 4K
// com              CDS                /usr/lib/…/classes.jsa from-to, bytes, protection, resident bytes,
// hugetlb bytes, page size, notes, tags, file; "-" where there is nothing. A long name pushes the columns to
// the right, so they are told apart by blanks; the file may hold blanks and is all that is left.
std::optional<SystemMapRow> parse_row(std::string_view line) {
    Cursor cursor(trim(line));
    cursor.take("0x");
    const auto begin = cursor.hex();
    if (!begin || !cursor.take("-0x")) return std::nullopt;
    const auto end = cursor.hex();
    if (!end || *end <= *begin) return std::nullopt;
    const auto word = [&] {
        cursor.skip_blanks();
        return cursor.word();
    };
    const auto figure = [&]() -> std::optional<std::uint64_t> {
        Cursor digits(word());
        const auto value = digits.decimal();
        return digits.at_end() ? value : std::nullopt;
    };
    const auto vsize = figure();
    const std::string_view protection = word();
    const auto rss = figure();
    const auto hugetlb = figure();
    const std::string_view page_size = word();
    const std::string_view notes = word();
    const std::string_view info = word();
    cursor.skip_blanks();
    const std::string_view file = cursor.rest();
    if (!vsize || protection.size() != 4 || !rss || !hugetlb || page_size.empty() || notes.empty() ||
        file.empty()) {
        return std::nullopt;
    }
    SystemMapRow row{range_of(*begin, *end), Bytes(*rss), {}, {}, {}, protection[1] == 'w'};
    if (!read_tags(info, row)) return std::nullopt;
    if (file != "-") row.file = file;
    return row;
}

// "rss: 197480448 (188M)", below the rows
std::optional<Bytes> parse_total(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("rss:")) return std::nullopt;
    cursor.skip_blanks();
    const auto figure = cursor.decimal();
    if (!figure || !cursor.take(" (")) return std::nullopt;
    return Bytes(*figure);
}

std::string quoted(std::string_view line) {
    constexpr std::size_t most = 100;
    return fmt::format("'{}'", printable(trim(line).substr(0, most)));
}

tl::expected<void, Error> read_line(const Lines& lines, bool cut, std::string_view document, SystemMap& map) {
    const std::string_view text = trim(lines.line());
    if (text.starts_with("NMT is disabled")) {
        map.nmt_enabled = false;
    } else if (text.starts_with("Cannot open ") || text.starts_with("Error while reading mappings")) {
        return lines.error(document,
                           fmt::format("the JVM could not read its own mappings: {}", quoted(text)));
    } else if (text.starts_with("0x")) {
        // Where the text ends in the middle of a line, its file or its tags may be a part only; the missing
        // totals tell of the cut.
        if (cut) return {};
        auto row = parse_row(text);
        if (!row) {
            return lines.error(
                document,
                fmt::format("expected '0x…-0x… vsize prot rss hugetlb pgsz notes info file', found {}",
                            quoted(text)));
        }
        // The kernel promises that the addresses in smaps never go back, however the process maps and unmaps
        // meanwhile.
        if (!map.rows.empty() && row->range.begin < map.rows.back().range.end) {
            return lines.error(document,
                               fmt::format("expected ascending, disjoint rows, found {}", quoted(text)));
        }
        map.rows.push_back(std::move(*row));
    } else if (!map.rows.empty() && !cut && text.starts_with("rss:")) {
        map.rss = parse_total(text);
        if (!map.rss)
            return lines.error(document, fmt::format("expected 'rss: N (…)', found {}", quoted(text)));
    }
    return {};
}

tl::unexpected<Error> no_rows(std::string_view text, std::string_view document) {
    return failure(
        std::string(document),
        fmt::format("expected the rows of System.map, found {}", quoted(text.substr(0, text.find('\n')))),
        "only JDK 21u and 22+ have this command");
}

// The legend above the rows and the totals below them, "            shared: 67141632 (65568K)".
bool is_around_rows(std::string_view text) {
    for (const std::string_view begin : {"from ", "from,", "===", "Memory mappings", "NMT is disabled"})
        if (text.starts_with(begin)) return true;
    const std::size_t colon = text.find(": ");
    return colon != std::string_view::npos && colon < 20 &&
           text.find_first_of("$>#@/") == std::string_view::npos;
}

}  // namespace

Expected<PastedSystemMap> parse_pasted_system_map(std::string_view text, std::string_view document) {
    PastedSystemMap found;
    Lines lines(text);
    while (lines.next()) {
        const std::string_view line = trim(lines.line());
        const bool cut = lines.rest().empty() && !text.ends_with('\n');
        const bool row = line.starts_with("0x");
        if (line.empty()) continue;
        if ((row && cut) || !read_line(lines, cut, document, found.map) || (!row && !is_around_rows(line)))
            found.not_understood.add_line(lines.number(), lines.line());
    }
    if (found.map.rows.empty()) return no_rows(text, document);
    return found;
}

Expected<SystemMap> parse_system_map(std::string_view text, std::string_view document) {
    SystemMap map;
    Lines lines(text);
    while (lines.next()) {
        const bool cut = lines.rest().empty() && !text.ends_with('\n');
        if (auto read = read_line(lines, cut, document, map); !read) {
            return tl::make_unexpected(std::move(read.error()));
        }
    }
    if (map.rows.empty()) return no_rows(text, document);
    return map;
}

std::optional<std::string_view> nmt_category_of_system_map_tag(std::string_view tag) {
    const auto at = std::ranges::lower_bound(tag_names, tag, {}, &TagName::tag);
    if (at == tag_names.end() || at->tag != tag) return std::nullopt;
    return at->category;
}

}  // namespace nmtx
