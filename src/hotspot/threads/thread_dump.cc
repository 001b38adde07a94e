// A name is printed between quotes and as it is, so a text of the target's choice stands amid the VM's own:
//
//   "worker" #12 [24173] daemon prio=5 os_prio=0 cpu=1.52ms elapsed=11.04s tid=0x… nid=24173 runnable  [0x…]
//   \_ name ┘└─ fields: never a quote in them ─────────────────────────────────────────────────────────────┘
//   ^ the first quote of a line below a blank one                                    ends the line ────────┘
//
// Hence a header is read from its last quote on, and its name is all before that, over as many lines as it
// takes. A name can still hold a whole header and all that stands below one. What gives it away, where
// anything does: the VM's own list of its Java threads (11 and later), the id that 21 and later print twice,
// a thread that is there twice. A name that gets all of these right cannot be told from a thread.
#include "hotspot/threads/thread_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/threads/thread_header.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::size_t most_unread = 100;
struct Candidate {
    ThreadHeader header;
    std::size_t begin = 0;       // of the name in the text
    std::size_t end = 0;         // of the name
    std::size_t line = 0;        // that it begins on
    std::string_view last_line;  // the one with the fields
    bool state_follows =
        false;              // below the header of each java.lang.Thread stands its state, or what it carries
    bool in_order = false;  // follows the one that it follows in the VM's list
    std::string_view rejected;  // why; empty where it is a thread
};

class DumpReader {
  public:
    DumpReader(std::string_view text, std::string_view document, std::size_t lines_before)
        : text_(text), document_(document), lines_before_(lines_before) {}

    // False where the dump is over.
    bool read(const Lines& at, bool cut);
    ThreadDump take(std::string vm);
    [[nodiscard]] bool empty() const { return candidates_.empty(); }

  private:
    struct Pending {
        std::size_t begin = 0;
        std::size_t line = 0;
        std::string_view first_line;
        bool begun = false;
    };

    HeaderReading close(const Pending& pending, std::string_view line, bool cut);
    bool close_above(std::string_view line);
    void read_pending(const Lines& at, bool cut, bool fresh);
    void read_body(std::string_view line);
    bool read_list(std::string_view line);
    void reject_unlisted();
    void tell_java_without_numbers();
    void reject_twice(std::unordered_map<std::uint64_t, std::size_t>& seen, std::uint64_t key,
                      std::size_t index);
    void unread(std::size_t line, std::string_view why, std::string_view words);
    [[nodiscard]] std::size_t offset(std::string_view piece) const {
        return static_cast<std::size_t>(piece.data() - text_.data());
    }

    std::string_view text_;
    std::string_view document_;
    std::size_t lines_before_;
    ThreadDump dump_;
    std::vector<Candidate> candidates_;
    std::optional<Pending> pending_;
    bool blank_above_ = true;
    bool header_above_ = false;
    bool in_stack_ = false;
    bool ended_ = false;
    std::size_t left_out_ = 0;

    std::size_t list_line_ = 0;
    std::size_t list_length_ = 0;
    bool list_open_ = false;
    std::vector<std::uint64_t> listed_;
};

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
    Candidate found;
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
    Candidate& above = candidates_.back();
    Candidate found;
    if (read_header_fields(line.substr(1), found.header) != HeaderReading::whole) return false;
    found.begin = above.begin;
    found.end = offset(line);
    found.line = above.line;
    found.last_line = line;
    above.rejected = "a header inside a name";
    candidates_.push_back(std::move(found));
    return true;
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
    Candidate& above = candidates_.back();
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
        const Candidate& one = candidates_[i];
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
    for (Candidate& one : candidates_) {
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
        for (Candidate& one : candidates_) one.rejected = {};
    } else if (missing != 0) {
        unread(list_line_,
               fmt::format("{} of the {} threads of this list are missing", missing, found.size()),
               "_java_thread_list");
    }
}

// JDK 5 to 7: "main" prio=10 tid=0x0000000040114000 nid=0x7d3a runnable [0x0000000040a12000]
void DumpReader::tell_java_without_numbers() {
    const auto numbered = [](const Candidate& one) { return one.header.thread.number.has_value(); };
    if (std::any_of(candidates_.begin(), candidates_.end(), numbered)) return;
    for (Candidate& one : candidates_) one.header.thread.java = one.header.bracket;
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
    const Candidate* first_rejected = nullptr;
    for (Candidate& one : candidates_) {
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
