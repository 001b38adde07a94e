// A finding: what is wrong with a process, or that nothing is, with evidence and remedies. Plain data;
// reports format it.
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

// What the condition in Finding::refuted_by refutes; decides its label.
enum class Refutes : std::uint8_t {
    problem,  // memory that may be needed, or a risk that may not come true
    leak,     // growth, or memory that looks leaked
    claim,    // a statement of fact
    ok,       // the statement that nothing is wrong
    doubt,    // the statement that the evidence is insufficient
};
// "Not a problem if", "Not a leak if", "Wrong if", "Look again if", "Decided if"
std::string_view label_of(Refutes refutes);

// One thing to do: a short imperative, and one command that runs as it is copied. It contains the process
// id, and uses only what exists in this JDK. The most useful remedies come first.
struct Remedy {
    std::string what;       // "Return free pages once"
    std::string command{};  // "jcmd 3938 System.trim_native_heap"; an option or a variable for a restart:
                            // "-XX:MaxDirectMemorySize=256m", "MALLOC_ARENA_MAX=2"; empty: none
    std::optional<Bytes> gives_back{};  // how much of RSS, at most: an estimate, which `what` mentions
};

struct Finding {
    // Defined in the source file: implicit ones would be compiled in every file that uses the struct.
    Finding();
    Finding(const Finding&);
    Finding(Finding&&) noexcept;
    Finding& operator=(const Finding&);
    Finding& operator=(Finding&&) noexcept;
    ~Finding();

    std::string_view rule;  // of the table: "arena-count", "nothing-wrong"
    Severity severity = Severity::note;
    Confidence confidence = Confidence::medium;
    std::string title;                  // begins with the amount or the subject; without a full stop
    std::optional<Bytes> bytes;         // the amount; absent where the finding is not about one
    std::string sure_of;                // what the confidence is in: "the amount"; empty: in the title
    std::string not_known;              // what it leaves open, without a full stop: "whether it is a leak"
    bool resident = true;               // `bytes` are a part of RSS
    bool outside_nmt = false;           // and not tracked by NMT: has a share of the gap
    std::vector<std::string> evidence;  // sentences with figures and their sources, the strongest first
    std::vector<Remedy> remedies;
    Refutes refutes = Refutes::problem;  // decides the label of refuted_by
    std::string refuted_by;              // a condition, without a full stop: "it stops growing after warm-up"
    std::vector<std::string_view> bugs;  // ids from known_bugs() that fit this release and what grows

    // Filled in by judge(); in percent.
    std::optional<double> share_of_rss;
    std::optional<double> share_of_gap;  // of RSS that NMT does not track
};

// The severest first, then by bytes; stable.
void sort_by_weight(std::vector<Finding>& findings);

}  // namespace nmtx
