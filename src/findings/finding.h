// What is wrong with a process, or that nothing is: the answer that a person can act on, with what it rests
// on. Plain data; reports format it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nmtx {

enum class Severity : std::uint8_t {
    note,     // worth knowing: a healthy JVM may have it
    warning,  // costs memory, or will, and can be changed
    problem,  // grows without bound, or will be killed
};
std::string_view name_of(Severity severity);  // "note", "warning", "problem"

enum class Confidence : std::uint8_t { low, medium, high };
std::string_view name_of(Confidence confidence);  // "low", "medium", "high"

// One thing to do. A command is complete and can be copied: the process id is in it, and what it uses exists
// in this JDK.
struct Remedy {
    std::string what;  // "Return what glibc keeps, once"
    std::string
        command{};  // "jcmd 3938 System.trim_native_heap", "-XX:MaxDirectMemorySize=256m"; empty: none
    std::optional<Bytes> gives_back{};  // how much of RSS, at most: an estimate, as `what` says, too
};

struct Finding {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    Finding();
    Finding(const Finding&);
    Finding(Finding&&) noexcept;
    Finding& operator=(const Finding&);
    Finding& operator=(Finding&&) noexcept;
    ~Finding();

    std::string_view rule;  // of the table: "arena-count", "nothing-wrong"
    Severity severity = Severity::note;
    Confidence confidence = Confidence::medium;
    std::string title;                  // one sentence, without a full stop where it ends in a command
    std::optional<Bytes> bytes;         // what it is about; absent where it is not about an amount
    bool resident = true;               // `bytes` are a part of RSS
    bool outside_nmt = false;           // and of what NMT does not know of: has a share of the gap
    std::vector<std::string> evidence;  // sentences with the figures it rests on, and where they are from
    std::vector<Remedy> remedies;
    std::string refuted_by;              // what would show that it is wrong
    std::vector<std::string_view> bugs;  // of known_bugs(), that fit this release and what grows

    // Filled in by judge(); in percent.
    std::optional<double> share_of_rss;
    std::optional<double> share_of_gap;  // of RSS that NMT does not know of
};

// The severest first, then by bytes; equal ones as they came.
void sort_by_weight(std::vector<Finding>& findings);

}  // namespace nmtx
