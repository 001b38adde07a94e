#include "hotspot/hs_err/hs_err_threads.h"

#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx::vm {
namespace {

// "stack(0x00007fd070176000,0x00007fd070277000) (1028K)" of Java's threads, since 21 of all;
// "[stack: 0x00007fade012eba0,0x00007fade022eba0]" of others.
std::optional<Range> stack_of(std::string_view fields) {
    for (const std::string_view before : {"stack(", "[stack: "}) {
        const std::size_t at = fields.rfind(before);
        if (at == std::string_view::npos) continue;
        Cursor cursor(fields.substr(at + before.size()));
        const auto low = take_address(cursor);
        if (!low || !cursor.take(",")) return std::nullopt;
        const auto high = take_address(cursor);
        if (!high || *high < *low || (!cursor.take(")") && !cursor.take("]"))) return std::nullopt;
        return Range{*low, *high};
    }
    return std::nullopt;
}

std::uint64_t tid_of(std::string_view fields) {
    for (const std::string_view before : {"[id=", ", id="}) {
        const std::size_t at = fields.rfind(before);
        if (at == std::string_view::npos) continue;
        Cursor cursor(fields.substr(at + before.size()));
        const auto tid = cursor.decimal();
        if (tid && (cursor.rest().starts_with("]") || cursor.rest().starts_with(","))) return *tid;
    }
    return 0;
}

// JavaThread "tomcat-http--32" daemon [_thread_in_Java, id=118491, stack(0x…,0x…)]
// JavaThread "main"                              [_thread_in_vm, id=15724, stack(0x…,0x…) (1028K)]
// VMThread [stack: 0x…,0x…] [id=28296]                                            8
// GCTaskThread "GC Thread#0" [stack: 0x…,0x…] [id=11859]                          11, 17
// VMThread "VM Thread"                           [id=15731, stack(0x…,0x…) (1024K)] 21 and later
// A name is printed as it is: it ends with the last quote of the line.
std::optional<HsErrThread> read_thread(Cursor cursor) {
    HsErrThread thread;
    if (cursor.take("(exited) ")) cursor.skip_blanks();
    thread.kind = cursor.word();
    cursor.skip_blanks();
    if (thread.kind.empty() || thread.kind.find('[') != std::string::npos) return std::nullopt;
    std::string_view fields = cursor.rest();
    if (const std::size_t quote = fields.rfind('"'); quote != std::string_view::npos) {
        if (quote == 0 || fields.front() != '"') return std::nullopt;
        thread.name = fields.substr(1, quote - 1);
        fields = trim(fields.substr(quote + 1));
    }
    if (fields.starts_with("daemon ")) {
        thread.daemon = true;
        fields = trim(fields.substr(7));
    }
    if (!fields.starts_with("[")) return std::nullopt;
    if (fields.find(']') == std::string_view::npos) return std::nullopt;
    if (fields.starts_with("[_")) thread.state = fields.substr(1, fields.find_first_of(",]") - 1);
    thread.tid = tid_of(fields);
    thread.stack = stack_of(fields);
    return thread;
}

}  // namespace

bool is_hs_err_thread(std::string_view line) {
    return line.starts_with("  0x") || line.starts_with("=>0x");
}

std::optional<HsErrThread> read_hs_err_thread(std::string_view line) {
    if (!is_hs_err_thread(line)) return std::nullopt;
    Cursor cursor(line.substr(2));
    if (!take_address(cursor) || !cursor.take(" ")) return std::nullopt;
    auto thread = read_thread(cursor);
    if (thread) thread->current = line.starts_with("=>");
    return thread;
}

std::optional<HsErrThread> read_current_thread(std::string_view line) {
    Cursor cursor(line);
    if (!cursor.take("Current thread (") || !take_address(cursor) || !cursor.take("):")) return std::nullopt;
    cursor.skip_blanks();
    auto thread = read_thread(cursor);
    if (thread) thread->current = true;
    return thread;
}

}  // namespace nmtx::vm
