#include <utility>

#include "base/cursor.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/gc_log/gc_log_reader.h"
#include "hotspot/vm_text.h"

namespace nmtx::vm {

GcLogMetaspace& GcLogReader::sample(const GcLogLine& line) {
    GcLogMetaspace& added = log_.metaspace.emplace_back();
    added.time = now_;
    added.line = number_;
    added.gc = line.gc;
    if (!before_) waiting_ = log_.metaspace.size();
    return added;
}

bool GcLogReader::about_metaspace(const GcLogLine& line) {
    const std::string_view message = line.message;
    if (message.starts_with("{Heap before GC") || message.starts_with("Heap before GC")) {
        before_ = !log_.unified;
        return true;
    }
    if (message.starts_with("Heap after GC")) return true;
    if (const auto rest = after_metaspace_label(message, "Metaspace")) return state(line, *rest, false);
    if (const auto rest = after_metaspace_label(message, "class space")) return state(line, *rest, true);
    Cursor cursor(message);
    for (const std::string_view generation : {"Y: ", "y: ", "O: "}) cursor.take(generation);
    if (cursor.take("Metaspace: ")) return unified_change(line, cursor);
    // JDK 8, in the line of the collection or in one of G1's below it
    const std::size_t where = message.find("[Metaspace: ");
    if (where == std::string_view::npos) return false;
    Cursor inner(message.substr(where + 12));
    const auto change = take_heap_change(inner);
    if (!change || !inner.take("]")) {
        log_.not_understood.add_line(number_, message);
    } else {
        add_change(line, *change, false);
    }
    collection(line);
    return true;
}

void GcLogReader::add_change(const GcLogLine& line, const HeapChange& change, bool committed) {
    before_ = false;
    GcLogMetaspace& added = sample(line);
    added.used_before = change.before;
    added.all.used = change.after;
    (committed ? added.all.committed : added.all.reserved) = change.total;
}

//  Metaspace       used 2790K, capacity 4486K, committed 4864K, reserved 1056768K        no capacity
//  since 16
//   class space    used 291K, capacity 386K, committed 512K, reserved 1048576K
bool GcLogReader::state(const GcLogLine& line, std::string_view rest, bool of_class) {
    const auto use = take_metaspace_use(rest);
    if (!use) return false;
    std::optional<Bytes> capacity;
    if (const std::size_t where = rest.find("capacity "); where != std::string_view::npos) {
        Cursor cursor(rest.substr(where + 9));
        capacity = take_size(cursor);
    }
    const bool below = of_class && !log_.metaspace.empty() && log_.metaspace.back().line + 1 == number_;
    GcLogMetaspace& into = below ? log_.metaspace.back() : sample(line);
    (of_class ? into.class_space : into.all) = *use;
    (of_class ? into.class_capacity : into.capacity) = capacity;
    if (of_class && !log_.class_space_size) log_.class_space_size = use->reserved;
    return true;
}

// Metaspace: 20981K->20981K(1067008K)                                                   9 to 13
// Metaspace: 73K(320K)->73K(320K) NonClass: 69K(192K)->69K(192K) Class: 3K(128K)->3K(128K)
// Metaspace: 8M used, 8M capacity, 8M committed, 16M reserved                           Z; no capacity
// since 16
bool GcLogReader::unified_change(const GcLogLine& line, Cursor cursor) {
    if (const auto change = take_heap_change(cursor)) {
        const bool committed = change->total_before.has_value();
        std::optional<HeapChange> of_class;
        if (const std::size_t where = cursor.rest().find(" Class: "); where != std::string_view::npos) {
            Cursor inner(cursor.rest().substr(where + 8));
            of_class = take_heap_change(inner);
        }
        if (!change->total) return false;
        add_change(line, *change, committed);
        if (of_class) {
            log_.metaspace.back().class_space.used = of_class->after;
            log_.metaspace.back().class_space.committed = of_class->total;
        }
        return true;
    }
    return zgc_state(line, cursor);
}

// Metaspace: 8M used, 8M capacity, 8M committed, 16M reserved                           no capacity since 16
bool GcLogReader::zgc_state(const GcLogLine& line, Cursor cursor) {
    MetaspaceUse use;
    std::optional<Bytes> capacity;
    do {
        cursor.skip_blanks();
        const auto size = take_size(cursor);
        cursor.skip_blanks();
        const std::string_view what = cursor.rest().substr(0, cursor.rest().find(','));
        cursor.take(what);
        if (!size) return false;
        if (what == "used") use.used = size;
        if (what == "capacity") capacity = size;
        if (what == "committed") use.committed = size;
        if (what == "reserved") use.reserved = size;
    } while (cursor.take(","));
    if (!use.used || !use.committed) return false;
    GcLogMetaspace& added = sample(line);
    added.all = use;
    added.capacity = capacity;
    return true;
}

}  // namespace nmtx::vm
