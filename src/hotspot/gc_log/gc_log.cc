#include "hotspot/gc_log/gc_log.h"

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/gc_log/gc_log_reader.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace vm {
namespace {

bool looks_like_log(std::string_view raw, const GcLogLine& line) {
    if (line.decorated || line.stamped || line.gc) return true;
    const char first = raw.front();
    if (first == ' ' || first == '[' || first == '{' || first == '}' || first == '\t') return true;
    // The head of a log: of 8, and of a unified one without decorations.
    for (const std::string_view begin :
         {"Heap",         "Memory: ",  "OpenJDK ",         "Java HotSpot", "CommandLine flags:", ", ",
          " secs",        "Using ",    "Version: ",        "CPUs: ",       "Large Page",         "NUMA ",
          "Compressed ",  "Pre-touch", "Parallel Workers", "Concurrent ",  "Periodic ",          "CDS ",
          "Narrow klass", "CardTable", "Card Set",         "Alignments"})
        if (raw.starts_with(begin)) return true;
    return false;
}

}  // namespace

void GcLogReader::read(const Lines& at) {
    if (at.line().empty()) return;
    const GcLogLine line = take_gc_log_line(at.line());
    if (line.message.empty()) return;
    if (line.decorated || line.gc) log_.unified = true;
    if (line.stamped) stamp(line.time);
    number_ = at.number();
    const bool owned = about_metaspace(line) || exhausted(line.message) || collection(line) ||
                       settings(line.message) || g1_heap(line.message);
    if (owned) {
        known_ = true;
    } else if (line.message.find("etaspace:") != std::string_view::npos || !looks_like_log(at.line(), line)) {
        log_.not_understood.add_line(at.number(), at.line());
    } else if (line.decorated || line.gc) {
        known_ = true;
    }
}

// Lines of "Heap before GC" wait for the stamp of the collection.
void GcLogReader::stamp(const GcLogTime& time) {
    now_ = time;
    while (waiting_ < log_.metaspace.size()) log_.metaspace[waiting_++].time = now_;
    before_ = false;
}

bool GcLogReader::exhausted(std::string_view message) {
    const std::size_t at = message.find("OutOfMemoryError: ");
    if (at == std::string_view::npos) return false;
    const std::string_view what = message.substr(at + 18);
    if (what.starts_with("Metaspace")) ++log_.metaspace_exhausted;
    if (what.starts_with("Compressed class space")) ++log_.class_space_exhausted;
    return what.starts_with("Metaspace") || what.starts_with("Compressed class space");
}

// CommandLine flags: -XX:CompressedClassSpaceSize=1073741824 -XX:MaxMetaspaceSize=268435456 …        8
// Compressed class space mapped at: 0x00007f834c000000-0x00007f838c000000, reserved size: 1073741824
bool GcLogReader::settings(std::string_view message) {
    if (message.starts_with("Compressed class space ")) {
        for (const std::string_view before : {"reserved size: ", "space size: "}) {
            const std::size_t at = message.find(before);
            if (at == std::string_view::npos) continue;
            if (const auto size = Cursor(message.substr(at + before.size())).decimal())
                log_.class_space_size = Bytes(*size);
        }
        return true;
    }
    Cursor cursor(message);
    if (!cursor.take("CommandLine flags:")) return false;
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        Cursor flag(cursor.word());
        const auto size = [&](std::string_view name, std::optional<Bytes>& into) {
            Cursor value = flag;
            if (!value.take(name)) return;
            if (const auto bytes = value.decimal()) into = Bytes(*bytes);
        };
        size("-XX:CompressedClassSpaceSize=", log_.class_space_size);
        size("-XX:MetaspaceSize=", log_.metaspace_size);
        size("-XX:MaxMetaspaceSize=", log_.max_metaspace_size);
    }
    return true;
}

}  // namespace vm

Expected<GcLog> parse_gc_log(std::string_view text, std::string_view document) {
    vm::GcLogReader reader;
    for (Lines all(text); all.next();) reader.read(all);
    if (reader.known()) return reader.take();
    Lines lines(text);
    while (lines.next() && trim(lines.line()).empty()) {
    }
    return lines.error(document, "expected a line of a GC log, found " + vm::quoted(lines.line()));
}

}  // namespace nmtx
