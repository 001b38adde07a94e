#include "hotspot/areas/pasted_areas.h"

#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

// MaxMetaspaceSize: unlimited
// CompressedClassSpaceSize: 1.00 GB
// Current GC threshold: 21.00 MB
bool read_limit(std::string_view line, MetaspaceLimits& limits) {
    Cursor cursor(line);
    std::optional<Bytes>* into = nullptr;
    if (cursor.take("MaxMetaspaceSize:")) into = &limits.max_metaspace_size;
    if (cursor.take("CompressedClassSpaceSize:")) into = &limits.class_space_size;
    if (cursor.take("Current GC threshold:")) into = &limits.gc_threshold;
    if (into == nullptr) return false;
    cursor.skip_blanks();
    *into = vm::take_human_size(cursor);
    return true;
}

// Lines of these replies that are not ours: they are indented, or have a name and a value.
bool is_of_reply(std::string_view raw) {
    if (raw.front() == ' ' || raw.front() == '\t' || raw.front() == '|') return true;
    for (const std::string_view begin : {"Heap",
                                         "Usage:",
                                         "Virtual space:",
                                         "Chunk freelists:",
                                         "Waste",
                                         "Internal statistics:",
                                         "Settings",
                                         "Initial GC threshold:",
                                         "num_",
                                         "CDS:",
                                         "MetaspaceReclaimPolicy:",
                                         "InitialBootClassLoaderMetaspaceSize:",
                                         "UseCompressed",
                                         "UseCompactObjectHeaders",
                                         "Narrow klass",
                                         "Encoding Range:",
                                         "Klass ",
                                         "Protection zone:",
                                         "Compilation:",
                                         "Region",
                                         "Reserved region:",
                                         "Collection set:",
                                         "Status:",
                                         "Both:"})
        if (raw.starts_with(begin)) return true;
    return raw.ends_with(':') && raw.find_first_not_of("0123456789") == raw.size() - 1;  // "4711:" of jcmd
}

}  // namespace

Expected<PastedAreas> parse_pasted_areas(std::string_view text, std::string_view document) {
    PastedAreas found;
    vm::HeapReader heap(document);
    vm::CodeCacheReader code(document);
    vm::MetaspaceReader metaspace(document);
    std::size_t heap_above = 0;  // the line of a code heap whose bounds follow
    std::string_view heap_above_text;
    Lines lines(text);
    while (lines.next()) {
        const std::string_view line = trim(lines.line());
        if (line.empty()) continue;
        // Of a text that ends amid a line, the last figure may be a part only.
        if (lines.rest().empty() && !text.ends_with('\n') && line.find_last_of("])") != line.size() - 1) {
            found.not_understood.add_line(lines.number(), lines.line());
            break;
        }
        // A line "Metaspace  used …" belongs to the heap above it and begins VM.metaspace of 25 and later.
        bool wrong = false;
        bool taken = read_limit(line, found.limits);
        const auto look = [&](const Expected<bool>& one) {
            wrong = wrong || !one;
            taken = taken || one.value_or(false);
        };
        if (!line.starts_with("bounds ") && code.bounds_missing()) {
            (void)code.read(lines);  // gives the open one up
            found.not_understood.add_line(heap_above, heap_above_text);
        }
        look(code.read(lines));
        if (code.bounds_missing()) {
            heap_above = lines.number();
            heap_above_text = lines.line();
        }
        look(heap.read(lines));
        look(metaspace.read(lines));
        if (wrong || (!taken && !is_of_reply(lines.line())))
            found.not_understood.add_line(lines.number(), lines.line());
    }
    if (code.bounds_missing()) found.not_understood.add_line(heap_above, heap_above_text);
    if (!heap.empty()) found.heap = heap.take();
    found.code_heaps = code.take();
    if (!metaspace.empty()) found.metaspace = metaspace.take();
    if (found.heap || !found.code_heaps.empty() || found.metaspace || found.limits != MetaspaceLimits{})
        return found;
    return failure(std::string(document),
                   "expected the heap, the code cache or metaspace as jcmd prints them, found " +
                       vm::quoted(text.substr(0, text.find('\n'))));
}

}  // namespace nmtx
