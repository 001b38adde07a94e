#include "hotspot/threads/thread_header.h"

#include <limits>

#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

std::optional<int> take_priority(Cursor& cursor) {
    const auto value = cursor.signed_decimal();
    if (!value || *value < std::numeric_limits<int>::min() || *value > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(*value);
}

// One field before tid=. Fields that we do not know are skipped where they look like key=value.
bool read_field(std::string_view word, ThreadHeader& header) {
    Cursor cursor(word);
    DumpedThread& thread = header.thread;
    if (word == "daemon") {
        thread.daemon = true;
    } else if (cursor.take("#")) {
        thread.number = cursor.decimal();
        thread.java = thread.number.has_value();
        return thread.java && cursor.at_end();
    } else if (cursor.take("[")) {
        header.nid_by_number = cursor.decimal();
        return thread.java && header.nid_by_number && cursor.rest() == "]";
    } else if (cursor.take("prio=")) {
        thread.priority = take_priority(cursor);
        return thread.priority && cursor.at_end();
    } else if (cursor.take("os_prio=")) {
        thread.os_priority = take_priority(cursor);
        return thread.os_priority && cursor.at_end();
    } else if (cursor.take("cpu=")) {
        thread.cpu_ms = vm::take_fraction(cursor);
    } else if (cursor.take("elapsed=")) {
        thread.elapsed_s = vm::take_fraction(cursor);
    } else {
        const auto key = cursor.until("=");
        return key && !key->empty();
    }
    return true;
}

// What follows tid=0x…:
//
//  nid=0x3ad7 waiting on condition [0x00007fe372bfe000]     8, 11 and 17; " nid=22930 …  [0x…]" in 21
//  nid=0x3e93 runnable                                      no Java thread
//   [0x00007f41dc27d000]                                    carries a virtual thread (19 and later)
bool read_behind_tid(std::string_view text, ThreadHeader& header) {
    DumpedThread& thread = header.thread;
    Cursor cursor(text);
    if (cursor.take(" nid=")) {
        const auto nid = cursor.take("0x") ? cursor.hex() : cursor.decimal();
        if (!nid || (!cursor.at_end() && !cursor.rest().starts_with(" "))) return false;
        if (header.nid_by_number && *header.nid_by_number != *nid) return false;
        thread.nid = *nid;
    } else if (!trim(text).starts_with("[0x")) {
        return false;
    } else {
        thread.nid = header.nid_by_number.value_or(0);
    }
    std::string_view state = cursor.rest();
    if (const std::size_t bracket = state.rfind("[0x"); bracket != std::string_view::npos) {
        Cursor inner(state.substr(bracket + 1));
        const auto pointer = vm::take_address(inner);
        if (!pointer || inner.rest().find(']') == std::string_view::npos) return false;
        header.bracket = true;
        if (*pointer != Address{}) thread.stack_pointer = pointer;
        state = state.substr(0, bracket);
    }
    // " _threads_hazard_ptr=0x…": a thread that walks over the list of threads
    thread.state = trim(state.substr(0, state.find(" _")));
    return true;
}

}  // namespace

// #3 [22930] daemon prio=5 os_prio=0 cpu=486.62ms elapsed=12.38s allocated=1444K defined_classes=71 tid=0x…
HeaderReading read_header_fields(std::string_view text, ThreadHeader& header) {
    Cursor cursor(text);
    HeaderReading reading = HeaderReading::none;
    while (true) {
        cursor.skip_blanks();
        if (cursor.take("tid=0x")) {
            const auto tid = cursor.hex();
            if (!tid || !read_behind_tid(cursor.rest(), header)) return HeaderReading::begun;
            header.tid = Address{*tid};
            return HeaderReading::whole;
        }
        const std::string_view word = cursor.word();
        if (word.empty() || !read_field(word, header)) return reading;
        reading = HeaderReading::begun;
    }
}

}  // namespace nmtx
