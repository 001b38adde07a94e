// The prefix before the kernel's own words in a log line: timestamps of dmesg, the journal or syslog, and
// anything that a log collector adds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// "[ 257.884002]" at `at`, "[Mon May 6 07:08:09 2024]" or "[2024-05-06T07:08:09.1Z]"; returns its length, 0
// where there is none. A pid in brackets has no point.
std::size_t log_stamp_at(std::string_view line, std::size_t at);

// Where the kernel's words begin, by the stamps of dmesg, the journal and syslog; 0 where there is none.
std::size_t end_of_log_prefix(std::string_view line);

// A prefix in an unknown form, learned from a line with known words: "web-1 | ", "10.0.0.1: kern: info:
// [2025-06-04T04:51:57Z]: ". Another line has it if letters, digits and blanks have the same order.
class LogPrefix {
  public:
    void learn(std::string_view prefix);
    // The length of such a prefix in the line; 0 where it has none.
    [[nodiscard]] std::size_t length_in(std::string_view line) const;
    // It contains a time of day: no line of prose begins like that.
    [[nodiscard]] bool has_time() const { return has_time_; }

  private:
    std::string shape_;  // each run of digits is "9", of letters "a", of blanks " "
    bool has_time_ = false;
};

}  // namespace nmtx
