// Reads the lines of one dump into threads.
//
// A name is printed between quotes and as it is, so a text of the target's choice stands amid the VM's own:
//
//   "worker" #12 [24173] daemon prio=5 os_prio=0 cpu=1.52ms elapsed=11.04s tid=0x… nid=24173 runnable  [0x…]
//   \_ name ┘└─ fields: never a quote in them ─────────────────────────────────────────────────────────────┘
//   ^ the first quote of a line below a blank one                                    ends the line ────────┘
//
// Hence a header is read from its last quote on, and its name is all before that, over as many lines as it
// takes. A name can still hold a whole header and all that stands below one. What gives it away, where
// anything does: the VM's own list of its Java threads (11 and later), the id that 21 and later print twice,
// a thread that is there twice. A name that gets all of these right cannot be distinguished from a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/lines.h"
#include "hotspot/threads/thread_dump.h"
#include "hotspot/threads/thread_header.h"

namespace nmtx {

// What looks like a thread.
struct DumpCandidate {
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
    void read_deadlock(std::string_view line);
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
    std::vector<DumpCandidate> candidates_;
    std::optional<Pending> pending_;
    bool blank_above_ = true;
    bool header_above_ = false;
    bool in_stack_ = false;
    bool ended_ = false;
    bool in_deadlock_ = false;
    std::size_t left_out_ = 0;

    std::size_t list_line_ = 0;
    std::size_t list_length_ = 0;
    bool list_open_ = false;
    std::vector<std::uint64_t> listed_;
};

}  // namespace nmtx
