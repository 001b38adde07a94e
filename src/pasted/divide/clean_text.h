// What people paste has been through terminals, mail, chats and browsers. This takes off what those have
// added and leaves the lines as they are: line N of the clean text is line N of the input, so that whatever
// is said about a line can be looked up in the original.
#pragma once

#include <string>
#include <string_view>

namespace nmtx {

// UTF-8 with "\n" as the only line end: UTF-16 with or without a byte order mark decoded; carriage returns,
// terminal escapes ("\x1b[1m"), byte order marks, entities of HTML ("&gt;"), blanks that do not break
// (U+00A0), full-width punctuation, typographic dashes and quotes, separators of thousands, and call-outs at
// the ends of lines ("<1>") taken off or replaced. Binary contents stay as they are.
std::string clean_text(std::string raw);

// "2,472,419,328" to "2472419328", where no list and no decimal fraction may be meant.
std::string without_thousands_separators(std::string text);

// Does a line, or a line and the one behind it, look like something that nmtx reads? Decides whether what
// stands before it on each line is a mark that somebody has put there.
using Anchor = bool (*)(std::string_view line);

// Takes marks from the beginnings of lines: "> ", "// ", "# ", "| ", "* ", line numbers, the time stamps and
// names that docker, kubectl, journald and syslog put before what a container prints. In runs of lines that
// have the same mark, and (but for "> ") only where that uncovers a line that `anchor` knows and none was
// known before.
std::string without_marks(std::string text, Anchor anchor);

}  // namespace nmtx
