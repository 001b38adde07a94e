// Goes through the words of a text and marks the secrets among them.
#pragma once

#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

struct WalkedText {
    bool joined = false;   // words are separated by blanks; otherwise only by NUL, and may contain blanks
    bool command = false;  // all of it is a command line; otherwise the lines that look like one are
};

// Linear in the size of the text.
void mark_secrets(std::string_view text, WalkedText kind, SecretMarks& marks);

}  // namespace nmtx
