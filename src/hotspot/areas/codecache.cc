#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/areas/heap_info.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace vm {

// "size=120036Kb used=33Kb max_used=33Kb free=120002Kb"; the sum of the heaps has commas between.
Expected<bool> CodeCacheReader::read_sizes(const Lines& at, Cursor cursor, CodeHeap heap,
                                           bool must_have_bounds) {
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        Cursor pair(cursor.word());
        const auto what = pair.until("=");
        if (!what) break;
        pair.take("=");
        const auto size = take_size(pair);
        if (!size)
            return at.error(document_,
                            "expected \"size=NKb used=NKb max_used=NKb\", found " + quoted(at.line()));
        if (*what == "size") heap.size = size;
        if (*what == "used") heap.used = size;
        if (*what == "max_used") heap.max_used = size;
    }
    if (!heap.size)
        return at.error(document_, "expected \"size=NKb used=NKb max_used=NKb\", found " + quoted(at.line()));
    open_ = std::move(heap);
    open_must_have_bounds_ = must_have_bounds;
    return true;
}

// "bounds [0x00007f81280c7000, 0x00007f8128337000, 0x00007f812f600000]", from the bracket on.
Expected<bool> CodeCacheReader::read_bounds(const Lines& at, Cursor cursor, CodeHeap heap) {
    const auto bounds = take_bounds(cursor);
    if (!bounds || bounds->count != 3)
        return at.error(document_,
                        "expected \"bounds [low, end of committed, end]\", found " + quoted(trim(at.line())));
    heap.committed = Range{bounds->at[0], bounds->at[1]};
    heap.reserved = Range{bounds->at[0], bounds->at[2]};
    heaps_.push_back(std::move(heap));
    return true;
}

// CodeHeap 'non-profiled nmethods': size=120036Kb used=33Kb max_used=33Kb free=120002Kb
//  bounds [0x00007f81280c7000, 0x00007f8128337000, 0x00007f812f600000]
// CodeCache: size=245760Kb used=1411Kb max_used=1411Kb free=244348Kb        where the code cache is one
// piece; bounds follow CodeCache: size=245764Kb, used=1729Kb, max_used=1741Kb, free=244032Kb     the sum, 21
// and later; no bounds
// Code Cache  [0x00002b92bf72c000, 0x00002b92c249c000, 0x00002b92c572c000)        hs_err logs up to 7
Expected<bool> CodeCacheReader::read(const Lines& at) {
    const std::string_view line = trim(at.line());
    Cursor cursor(line);
    if (open_) {
        CodeHeap above = *std::exchange(open_, std::nullopt);
        if (cursor.take("bounds ")) return read_bounds(at, cursor, std::move(above));
        if (open_must_have_bounds_)
            return at.error(document_, "expected the bounds of code heap " + quoted(above.name) + ", found " +
                                           quoted(line));
        cursor = Cursor(line);
    }
    CodeHeap heap;
    if (cursor.take("CodeHeap '")) {
        const auto name = cursor.until("':");
        if (!name) return at.error(document_, "expected \"CodeHeap 'NAME':\", found " + quoted(line));
        heap.name = *name;
        cursor.take("':");
        return read_sizes(at, cursor, std::move(heap), true);
    }
    if (cursor.take("CodeCache:")) {
        heap.name = "CodeCache";
        return read_sizes(at, cursor, std::move(heap), false);
    }
    if (cursor.take("Code Cache ") && cursor.until("[").has_value()) {
        heap.name = "CodeCache";
        return read_bounds(at, cursor, std::move(heap));
    }
    return false;
}

}  // namespace vm

// Of several counts the last is that of all heaps (28).
CodeCacheState read_code_cache_state(std::string_view text) {
    CodeCacheState state;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        Cursor count(line);
        constexpr std::string_view full = "full_count=";
        if (count.until(full) && count.take(full)) {
            if (const auto times = count.decimal()) state.full_count = times;
        }
        if (line.find("ompilation: disabled (not enough") != std::string_view::npos)
            state.out_of_space = true;
    }
    return state;
}

Expected<std::vector<CodeHeap>> parse_codecache(std::string_view text, std::string_view document) {
    vm::CodeCacheReader reader(document);
    Lines lines(text);
    std::string_view first_line;
    while (lines.next()) {
        if (first_line.empty()) first_line = trim(lines.line());
        if (const auto taken = reader.read(lines); !taken) return tl::make_unexpected(taken.error());
    }
    if (reader.bounds_missing())
        return lines.error(document, "expected the bounds of a code heap, found the end");
    auto heaps = reader.take();
    if (heaps.empty())
        return failure(std::string(document),
                       "expected \"CodeHeap '…': size=…\" and its bounds, found " + vm::quoted(first_line));
    return heaps;
}

}  // namespace nmtx
