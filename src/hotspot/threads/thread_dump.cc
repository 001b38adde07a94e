#include "hotspot/threads/thread_dump.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/threads/thread_dump_reader.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

// Full thread dump OpenJDK 64-Bit Server VM (17.0.21.0.3+1-1-Debian mixed mode, sharing):          no ':'
// since 21
std::string vm_of(std::string_view line) {
    line = trim(line.substr(thread_dump_heading.size()));
    if (line.ends_with(":")) line.remove_suffix(1);
    return std::string(line);
}

}  // namespace

Expected<ThreadDump> parse_thread_dump(std::string_view text, std::string_view document) {
    return parse_thread_dump_part(text, document, 0);
}

Expected<ThreadDump> parse_thread_dump_part(std::string_view text, std::string_view document,
                                            std::size_t lines_before) {
    // Where a heading is, what stands above it is the program's own output.
    Lines lines(text);
    bool headed = false;
    while (!headed && lines.next()) headed = lines.line().starts_with(thread_dump_heading);
    std::string vm;
    if (headed)
        vm = vm_of(lines.line());
    else
        lines = Lines(text);

    DumpReader reader(text, document, lines_before);
    while (lines.next()) {
        const bool cut = lines.rest().empty() && !text.ends_with('\n');
        if (!reader.read(lines, cut)) break;
    }
    if (!headed && reader.empty()) {
        return failure(std::string(document),
                       fmt::format("expected \"Full thread dump\", found {}",
                                   vm::quoted(text.substr(0, text.find('\n')))),
                       "jcmd PID Thread.print, jstack PID and kill -QUIT PID give one");
    }
    return reader.take(std::move(vm));
}

}  // namespace nmtx
