// A verb of the command line: everything that parsing, help, the manual page and completion need.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "cli/option_entry.h"

namespace nmtx {

// In the order in which help lists them.
enum class VerbGroup { look, grow, share, more };

// The kind of its first operand.
enum class Subject { none, process, process_or_file, file };

// An option that the verb takes.
struct OptionUse {
    std::string_view name = {};
    std::string_view text = {};   // where its meaning here differs from the general text
    std::string_view value = {};  // and where its value does
};

struct VerbExample {
    std::string_view command = {};  // "nmtx malloc 4711 --owners"
    std::string_view what = {};     // "also trace blocks of unknown origin"
};

struct ExitCode {
    int code;
    std::string_view what = {};
};

struct VerbEntry {
    Verb verb;
    std::string_view name = {};  // "malloc"; "PID" for the report on a process, which has no verb
    VerbGroup group = VerbGroup::more;
    std::string_view summary = {};   // one line, at most 56 columns
    std::string_view operands = {};  // "PID|FILE", "BEFORE AFTER"
    std::string_view usage = {};     // required options: "-o FILE"
    Subject subject = Subject::none;
    bool subject_optional = false;
    std::size_t least = 0;  // operands behind the subject
    std::size_t most = 0;
    std::vector<OptionUse> options = {};
    std::vector<Format> formats = {};  // empty: it has only one format, and no --format
    std::string_view details = {};     // further text for help: a paragraph
    std::vector<VerbExample> examples = {};
    std::vector<ExitCode> exits = {};  // besides 0, 1 and 2, or the special meaning of those
    // Parses the operands after the subject; null where there are none.
    Expected<void> (*take)(const std::vector<std::string>& operands, Command& command) = nullptr;
    // Checks which options can be combined and which are needed; null: any. Called again once the process is
    // chosen.
    Expected<void> (*check)(const Command& command) = nullptr;

    [[nodiscard]] bool takes(std::string_view option) const;
    // "TIME": what the option takes here.
    [[nodiscard]] std::string_view value_of(const OptionEntry& option) const;
    [[nodiscard]] bool has(Format format) const;
};

// "nmtx diff BEFORE AFTER"
std::string usage_of(const VerbEntry& entry);
// "nmtx malloc", "nmtx PID"
std::string title_of(const VerbEntry& entry);

}  // namespace nmtx
