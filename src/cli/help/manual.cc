#include "cli/help/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/help/option_lines.h"
#include "cli/options/options.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

constexpr std::string_view last_change = "November 30, 2026";  // of the words below
constexpr std::size_t longest_line = 76;

constexpr std::string_view opening =
    R"(.Sh NAME
.Nm nmtx
.Nd explain the resident memory of a JVM
.Sh SYNOPSIS
.Nm
.Ar PID|NAME
.Op Ar OPTION ...
.Nm
.Ar COMMAND
.Op Ar OPTION ...
.Nm
.Ar COMMAND
.Fl -help
.Sh DESCRIPTION
.Nm
explains the RSS of a running JVM: it matches the kernel's memory map against
HotSpot's Native Memory Tracking, address by address, so that each resident
byte has one owner.
Without arguments it lists the JVMs of this host.
.Pp
A process is named by its
.Ar PID ,
by a
.Ar NAME
that is part of its main class or jar, or by
.Fl -container
or
.Fl -match .
A
.Ar FILE
is a snapshot that
.Ic nmtx capture
saved, or a recording of
.Ic nmtx record .
What contains a slash or ends in .nmtx or .db is a file.
.Pp
A
.Ar SIZE
is written as for java: 512m, 2g, 2GB and 2GiB; K, M, G and T are powers of
1024 in every spelling, and fractions (1.5G) are allowed.
A
.Ar TIME
is 500ms, 10s, 5m, 2h or 30d; a number without a unit is in seconds.
.Sh COMMANDS
)";

constexpr std::string_view closing =
    R"(.Sh ENVIRONMENT
.Bl -tag -width NO_COLOR
.It Ev NO_COLOR
No colours, unless
.Fl -color Ar always
is given.
.It Ev PAGER
The program that
.Fl -pager
starts; by default less.
.It Ev COLUMNS
The width of text that does not go to a terminal; by default 100.
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Success.
.It 1
Error, or it could not be decided.
.It 2
Bad usage.
.It 3
Leak found
.Pq Ic trend ,
limit exceeded
.Pq Ic gate ,
no heap that fits
.Pq Ic fit ,
or the verdict is as bad as
.Fl -fail-on
says.
.El
.Sh SEE ALSO
jcmd(1), pmap(1), proc(5)
)";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string escaped(std::string_view text) {
    std::string out(text);
    replace_all(out, "\\", "\\e");
    replace_all(out, "…", "...");
    replace_all(out, "--", "\\-\\-");
    return out;
}

void end_line(std::string& out, std::string& line) {
    if (line.empty()) return;
    if (line.front() == '.' || line.front() == '\'') out += "\\&";
    out += line + "\n";
    line.clear();
}

// Text lines: each sentence begins one, and none is long.
std::string filled_lines(std::string_view text) {
    std::string out, line;
    std::string rest = escaped(text);
    while (!rest.empty()) {
        const std::string word = rest.substr(0, rest.find(' '));
        rest.erase(0, std::min(rest.size(), word.size() + 1));
        if (line.size() + 1 + word.size() > longest_line) end_line(out, line);
        line += (line.empty() ? "" : " ") + word;
        if (word.ends_with('.') && !word.ends_with("..")) end_line(out, line);
    }
    end_line(out, line);
    return out;
}

std::string literal(const std::vector<std::string>& lines) {
    std::string out = ".Bd -literal -offset indent\n";
    for (const std::string& line : lines) out += escaped(line) + "\n";
    return out + ".Ed\n";
}

std::string option_items(const VerbEntry& entry) {
    if (entry.options.empty()) return "";
    std::string out = ".Bl -tag -width Ds\n";
    for (const OptionUse& use : entry.options) {
        const OptionEntry& option = *option_named(use.name);
        out += ".It ";
        if (option.letter != 0) out += fmt::format("Fl {} , ", option.letter);
        out += fmt::format("Fl -{}", option.name);
        if (const std::string value = value_of(option, entry); !value.empty())
            out += fmt::format(" Ar {}", value);
        out += "\n" + filled_lines(use.text.empty() ? option.text : use.text);
    }
    return out + ".El\n";
}

std::string section_of(const VerbEntry& entry) {
    std::string out = fmt::format(".Ss {}\n", title_of(entry));
    out += filled_lines(std::string(entry.summary) + ".");
    out += literal({usage_of(entry) + " [OPTION...]"});
    if (!entry.details.empty()) out += filled_lines(entry.details);
    out += option_items(entry);
    out += ".Pp\nExamples:\n";
    std::vector<std::string> examples;
    examples.reserve(entry.examples.size());
    for (const VerbExample& example : entry.examples)
        examples.push_back(example.what.empty() ? std::string(example.command)
                                                : fmt::format("{}  # {}", example.command, example.what));
    return out + literal(examples);
}

}  // namespace

std::string manual_page() {
    std::string page = fmt::format(".Dd {}\n.Dt NMTX 1\n.Os\n{}", last_change, opening);
    for (const VerbEntry& entry : all_verbs()) page += section_of(entry);
    return page + std::string(closing);
}

}  // namespace nmtx
