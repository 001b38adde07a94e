#include "cli/help/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/help/option_lines.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

constexpr std::size_t help_width = 80;
constexpr std::size_t widest_left = 27;
constexpr std::size_t widest_usage = 17;

struct GroupTitle {
    VerbGroup group;
    std::string_view title;
};
constexpr std::array group_titles{
    GroupTitle{VerbGroup::look, "Look at a JVM"}, GroupTitle{VerbGroup::grow, "Find growth and leaks"},
    GroupTitle{VerbGroup::share, "Share, and read what others sent"}, GroupTitle{VerbGroup::more, "More"}};

// "…" is one column, and three bytes.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string filled(std::string_view text, std::size_t width) {
    const std::size_t taken = columns(text);
    return std::string(text) + std::string(taken < width ? width - taken : 0, ' ');
}

// Words folded into lines of `help_width`; all but the first begin with `indent` blanks.
std::string folded(std::string_view first, std::string_view text, std::size_t indent) {
    std::string out(first);
    std::size_t at = columns(first);
    bool begin = true;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!begin && at + 1 + columns(word) > help_width) {
            out += "\n" + std::string(indent, ' ');
            at = indent;
            begin = true;
        }
        out += (begin ? "" : " ") + std::string(word);
        at += columns(word) + (begin ? 0 : 1);
        begin = false;
    }
    return out + "\n";
}

// Two columns; what is too wide for the left one pushes its right one along.
std::string two_columns(std::string_view left, std::size_t width, std::string_view right) {
    const std::string begin = "  " + filled(left, width) + "  ";
    return folded(begin, right, width + 4);
}

std::string options_text(const VerbEntry& entry) {
    const std::vector<OptionLine> lines = option_lines(entry);
    std::size_t left = 0;
    for (const OptionLine& line : lines) {
        if (!line.common && line.left.size() <= widest_left) left = std::max(left, line.left.size());
    }
    std::string own, common;
    for (const OptionLine& line : lines) {
        if (line.common) {
            common += line.left + ", ";
        } else {
            own += two_columns(line.left, left, line.right);
        }
    }
    common += "--help";
    return (own.empty() ? "" : "\nOptions:\n" + own) + folded(own.empty() ? "\nOptions: " : "  ", common, 2);
}

std::string examples_text(const VerbEntry& entry) {
    std::size_t left = 0;
    for (const VerbExample& example : entry.examples) {
        if (!example.what.empty()) left = std::max(left, columns(example.command));
    }
    std::string text = "\nExamples:\n";
    for (const VerbExample& example : entry.examples) {
        text += example.what.empty()
                    ? fmt::format("  {}\n", example.command)
                    : fmt::format("  {}  # {}\n", filled(example.command, left), example.what);
    }
    return text;
}

std::string exits_text(const VerbEntry& entry) {
    std::string codes;
    for (const ExitCode& exit : exit_codes(entry))
        codes += fmt::format("{}{} {}", codes.empty() ? "" : "; ", exit.code, exit.what);
    return "\n" + folded("Exit codes: ", codes, 12);
}

// "malloc PID|FILE": for all the commands on one screen.
std::string short_usage(const VerbEntry& entry) {
    if (entry.verb == Verb::demo) return std::string(entry.name);
    std::string operands(entry.operands);
    for (std::size_t at = operands.find("|NAME"); at != std::string::npos; at = operands.find("|NAME"))
        operands.erase(at, 5);
    if (entry.verb == Verb::reconcile || operands.empty())
        return operands.empty() ? std::string(entry.name) : operands;
    return fmt::format("{} {}", entry.name, operands);
}

std::string group_text(const GroupTitle& group) {
    std::string text = fmt::format("\n{}:\n", group.title);
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.group != group.group || entry.verb == Verb::version) continue;
        text += two_columns(short_usage(entry), widest_usage, entry.summary);
    }
    return text;
}

}  // namespace

std::string help_text() {
    std::string text =
        "Explains a JVM's RSS: the kernel's memory map against HotSpot's NMT, by address\n\n"
        "Usage: nmtx PID|NAME [OPTION…]    nmtx COMMAND [OPTION…]    nmtx COMMAND --help\n";
    for (const GroupTitle& group : group_titles) text += group_text(group);
    return text +
           "\nExamples:\n"
           "  nmtx 4711                           # where the memory of process 4711 goes\n"
           "  nmtx record 4711 -o app.db --for 1h # then: nmtx trend app.db\n"
           "  nmtx ticket 4711 -o ticket/         # what to attach to a bug report\n";
}

std::string help_text(const VerbEntry& entry) {
    std::string text = folded("", entry.summary, 0) + "\n";
    text += folded("Usage: ", usage_of(entry) + " [OPTION…]", 7);
    if (!entry.details.empty()) text += "\n" + folded("", entry.details, 0);
    return text + options_text(entry) + examples_text(entry) + exits_text(entry);
}

std::string help_on(std::string_view topic) {
    const VerbEntry* entry = verb_named(topic);
    return entry == nullptr ? help_text() : help_text(*entry);
}

}  // namespace nmtx
