#include "hotspot/threads/thread_dump_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::size_t most_unread = 100;

}  // namespace

void DumpReader::unread(std::size_t line, std::string_view why, std::string_view words) {
    if (dump_.unread.size() < most_unread)
        dump_.unread.push_back(
            fmt::format("{}:{}: {}: {}", document_, line + lines_before_, why, vm::quoted(words)));
    else
        ++left_out_;
}

// Threads class SMR info:
// _java_thread_list=0x00007f62dc003970, length=34, elements={
// 0x00007f630802f720, 0x00007f63080b85f0, …
// }
bool DumpReader::read_list(std::string_view line) {
    Cursor cursor(line);
    if (!list_open_) {
        if (!listed_.empty() || !cursor.take("_java_thread_list=") || !cursor.until("length=")) return false;
        cursor.take("length=");
        list_length_ = cursor.decimal().value_or(0);
        list_open_ = line.ends_with("{");
        return true;
    }
    while (const auto address = vm::take_address(cursor)) {
        listed_.push_back(address->value);
        cursor.take(",");
        cursor.skip_blanks();
    }
    list_open_ = !cursor.rest().starts_with("}") && line.starts_with("0x");
    return true;
}

// JDK 8 formats name and quotes into 2,000 bytes, so that of a longer one neither the end nor the quote is
// printed, and the fields follow at once.
HeaderReading DumpReader::close(const Pending& pending, std::string_view line, bool cut) {
    constexpr std::size_t most = 1999;
    DumpCandidate found;
    found.begin = pending.begin + 1;
    found.line = pending.line;
    found.last_line = line;
    const std::size_t quote = line.rfind('"');
    HeaderReading reading = HeaderReading::none;
    if (quote != std::string_view::npos && offset(line) + quote > pending.begin &&
        line.substr(quote + 1).starts_with(" ")) {
        found.end = offset(line) + quote;
        reading = read_header_fields(line.substr(quote + 1), found.header);
    }
    const std::size_t fields = pending.begin + most;
    if (reading != HeaderReading::whole && fields >= offset(line) && fields < offset(line) + line.size()) {
        found.header = {};
        found.end = text_[fields - 1] == '"' ? fields - 1 : fields;
        if (read_header_fields(line.substr(fields - offset(line)), found.header) == HeaderReading::whole)
            reading = HeaderReading::whole;
    }
    // Of a text that ends amid a line, the last figure may be a part only.
    if (reading == HeaderReading::whole && cut) reading = HeaderReading::begun;
    if (reading == HeaderReading::whole) candidates_.push_back(std::move(found));
    return reading;
}

// A closing quote with fields, and no name open: the header above it was a part of this thread's name.
//
//   "mimic"
//
//   "main" #1 prio=5 … tid=0x1 nid=0x1 runnable  [0x1000]
//      java.lang.Thread.State: RUNNABLE
//   " #82 daemon prio=5 … tid=0x00007fc2301de400 nid=0x2711 waiting on condition  [0x00007fc1b5cfe000]
bool DumpReader::close_above(std::string_view line) {
    if (candidates_.empty()) return false;
    DumpCandidate& above = candidates_.back();
    DumpCandidate found;
    if (read_header_fields(line.substr(1), found.header) != HeaderReading::whole) return false;
    found.begin = above.begin;
    found.end = offset(line);
    found.line = above.line;
    found.last_line = line;
    above.rejected = "a header inside a name";
    candidates_.push_back(std::move(found));
    return true;
}

// Found one Java-level deadlock:
// =============================
// "Thread-1":
//   waiting to lock monitor 0x00007f18b0002ab8 (object 0x00000000d6c4b2e8, a java.lang.Object),
//   which is held by "Thread-0"
// "Thread-0":
// …
// Java stack information for the threads listed above:
void DumpReader::read_deadlock(std::string_view line) {
    if (line.starts_with("Found one Java-level deadlock")) {
        dump_.deadlocks.emplace_back();
        in_deadlock_ = true;
    } else if (line.starts_with("Java stack information")) {
        in_deadlock_ = false;
    } else if (in_deadlock_ && line.size() > 3 && line.starts_with("\"") && line.ends_with("\":")) {
        dump_.deadlocks.back().emplace_back(line.substr(1, line.size() - 3));
    }
}

void DumpReader::read_pending(const Lines& at, bool cut, bool fresh) {
    const bool quote = at.line().starts_with("\"");
    if (quote && !fresh && !pending_ && !cut && close_above(at.line())) {
        header_above_ = in_stack_ = true;
        ended_ = false;
        return;
    }
    if (pending_ && pending_->begun && fresh && quote) {
        unread(pending_->line, "the header of a thread ends early", pending_->first_line);
        pending_.reset();
    }
    if (!pending_) pending_ = Pending{offset(at.line()), at.number(), at.line(), false};
    const HeaderReading reading = close(*pending_, at.line(), cut);
    if (reading == HeaderReading::whole) {
        pending_.reset();
        header_above_ = in_stack_ = true;
        ended_ = false;
        return;
    }
    pending_->begun = pending_->begun || reading == HeaderReading::begun;
    // In the middle of a stack a quote is none of the VM's, as a program's own output in between.
    if (quote && !fresh && pending_->begin == offset(at.line())) {
        if (reading == HeaderReading::begun)
            unread(at.number(), "the header of a thread ends early", at.line());
        pending_.reset();
    }
}

//    java.lang.Thread.State: TIMED_WAITING (sleeping)          or "   Carrying virtual thread #37"
//    Compiling: 1234    5   !   4       java.lang.String::split (10 bytes)          "No compile task"
// 	at java.lang.Thread.sleep(Native Method)
//
//    Locked ownable synchronizers:
// 	- None
//
// The last ones say nothing about the stack; with them all that is below a blank line is left out.
void DumpReader::read_body(std::string_view line) {
    if (line.starts_with("JNI global ref") || line.starts_with("Found one Java-level deadlock") ||
        line.starts_with("Found a total of ")) {
        ended_ = true;
        in_stack_ = false;
        return;
    }
    const std::string_view words = trim(line);
    if (words.empty()) in_stack_ = false;
    if (!in_stack_ || candidates_.empty()) return;
    DumpCandidate& above = candidates_.back();
    DumpedThread& thread = above.header.thread;
    Cursor cursor(words);
    if (cursor.take("java.lang.Thread.State: ")) {
        above.state_follows = above.state_follows || header_above_;
        if (thread.java_state.empty()) thread.java_state = cursor.rest();
    } else if (cursor.take("Carrying virtual thread #")) {
        above.state_follows = above.state_follows || header_above_;
        if (!thread.carries) thread.carries = cursor.decimal();
    } else if (cursor.take("Compiling: ")) {
        thread.compiling = trim(cursor.rest());
    } else if (words.starts_with("at ") || words.starts_with("- ") ||
               words.starts_with("Mounted virtual thread #")) {
        thread.frames.emplace_back(words);
    }
}

bool DumpReader::read(const Lines& at, bool cut) {
    const std::string_view line = at.line();
    if (ended_ && line.starts_with(thread_dump_heading)) {
        unread(at.number(), "another dump, of which nothing is read", line);
        return false;
    }
    const bool fresh = blank_above_ || header_above_;
    blank_above_ = trim(line).empty();
    if (ended_ || line.starts_with("Found one Java-level deadlock")) read_deadlock(line);
    if (pending_ || line.starts_with("\"")) {
        header_above_ = false;
        read_pending(at, cut, fresh);
        return true;
    }
    if (candidates_.empty() && read_list(line)) {
        list_line_ = list_line_ == 0 ? at.number() : list_line_;
    } else {
        read_body(line);
    }
    header_above_ = false;
    return true;
}

// Of two threads that claim to be the same one, that which stands where the VM's list has it, then that with
// a state below it, then the later: 8 prints the oldest thread last, and every JDK its own behind Java's.
void DumpReader::reject_twice(std::unordered_map<std::uint64_t, std::size_t>& seen, std::uint64_t key,
                              std::size_t index) {
    const auto [place, added] = seen.emplace(key, index);
    if (added) return;
    const auto rank = [this](std::size_t i) {
        const DumpCandidate& one = candidates_[i];
        return std::pair(one.in_order, one.state_follows || !one.header.thread.java);
    };
    const bool earlier_stays = rank(place->second) > rank(index);
    candidates_[earlier_stays ? index : place->second].rejected = "a thread that is there twice";
    if (!earlier_stays) place->second = index;
}

// The list tells of nothing where not even one of its threads is in the dump: then someone has changed the
// addresses.
void DumpReader::reject_unlisted() {
    if (list_open_ || listed_.empty() || listed_.size() != list_length_) return;
    std::unordered_map<std::uint64_t, std::size_t> places;
    for (std::size_t i = 0; i < listed_.size(); ++i) places.emplace(listed_[i], i);
    std::vector<bool> found(listed_.size());
    std::size_t next = 0;
    std::size_t behind_java = 0;
    for (DumpCandidate& one : candidates_) {
        const auto place = places.find(one.header.tid.value);
        if (place == places.end()) {
            if (one.header.thread.java) one.rejected = "a thread that the VM does not list";
            continue;
        }
        one.in_order = place->second == next;
        next = place->second + 1;
        found[place->second] = true;
        behind_java = static_cast<std::size_t>(&one - candidates_.data()) + 1;
    }
    for (std::size_t i = 0; i < behind_java; ++i)
        if (!candidates_[i].header.thread.java && !candidates_[i].header.bracket)
            candidates_[i].rejected = "a thread of the VM's amid those of Java";
    std::size_t missing = 0;
    for (const bool is_there : found) missing += is_there ? 0 : 1;
    if (missing == listed_.size()) {
        for (DumpCandidate& one : candidates_) one.rejected = {};
    } else if (missing != 0) {
        unread(list_line_,
               fmt::format("{} of the {} threads of this list are missing", missing, found.size()),
               "_java_thread_list");
    }
}

// JDK 5 to 7: "main" prio=10 tid=0x0000000040114000 nid=0x7d3a runnable [0x0000000040a12000]
void DumpReader::tell_java_without_numbers() {
    const auto numbered = [](const DumpCandidate& one) { return one.header.thread.number.has_value(); };
    if (std::any_of(candidates_.begin(), candidates_.end(), numbered)) return;
    for (DumpCandidate& one : candidates_) one.header.thread.java = one.header.bracket;
}

ThreadDump DumpReader::take(std::string vm) {
    if (pending_ && (!ended_ || pending_->begun))
        unread(pending_->line, "the header of a thread has no end", pending_->first_line);
    reject_unlisted();
    tell_java_without_numbers();
    std::unordered_map<std::uint64_t, std::size_t> nids;
    std::unordered_map<std::uint64_t, std::size_t> tids;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const ThreadHeader& header = candidates_[i].header;
        if (candidates_[i].rejected.empty() && header.thread.nid != 0)
            reject_twice(nids, header.thread.nid, i);
        if (candidates_[i].rejected.empty()) reject_twice(tids, header.tid.value, i);
    }
    const DumpCandidate* first_rejected = nullptr;
    for (DumpCandidate& one : candidates_) {
        if (!one.rejected.empty()) {
            unread(one.line, fmt::format("{}, taken for part of a name", one.rejected), one.last_line);
            if (first_rejected == nullptr) first_rejected = &one;
            continue;
        }
        const std::size_t begin = first_rejected != nullptr ? first_rejected->begin : one.begin;
        first_rejected = nullptr;
        one.header.thread.name = text_.substr(begin, one.end - begin);
        dump_.threads.push_back(std::move(one.header.thread));
    }
    if (left_out_ != 0) dump_.unread.push_back(fmt::format("{}: and {} more", document_, left_out_));
    dump_.vm = std::move(vm);
    return std::move(dump_);
}

}  // namespace nmtx
