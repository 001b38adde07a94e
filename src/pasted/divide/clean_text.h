// Pasted text has been through terminals, mail, chats and browsers. This removes what they have added,
// without changing the lines: line N of the clean text is line N of the input, so that it can be looked up
// in the original.
#pragma once

#include <string>
#include <string_view>

namespace nmtx {

// UTF-8 with "\n" as the only line end: UTF-16 with or without a byte order mark decoded; carriage returns,
// terminal escapes ("\x1b[1m"), byte order marks, entities of HTML ("&gt;"), non-breaking blanks (U+00A0),
// full-width punctuation, typographic dashes and quotes, thousands separators, and call-outs at the ends of
// lines ("<1>") removed or replaced. Binary contents stay as they are.
std::string clean_text(std::string raw);

// "2,472,419,328" to "2472419328", where it cannot be a list or a decimal fraction.
std::string without_thousands_separators(std::string text);

// Does a line, or a line and the next one, look like something that nmtx reads? Decides whether a prefix of
// all lines is a mark.
using Anchor = bool (*)(std::string_view line);

// Removes marks from the beginnings of lines: "> ", "// ", "# ", "| ", "* ", line numbers, the timestamps
// and names that docker, kubectl, journald and syslog put before a container's output. Only in runs of lines
// with the same mark and (except for "> ") only if that reveals a line that `anchor` recognises, where none
// was recognised before.
std::string without_marks(std::string text, Anchor anchor);

}  // namespace nmtx
