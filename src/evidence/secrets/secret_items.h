// Secrets that are recognised by their look, in a word and in a text.
#pragma once

#include <cstddef>
#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

// Tokens in known formats (secret_shapes.h), anywhere in the word at `begin` of a text.
void mark_known_tokens(std::string_view word, std::size_t begin, SecretMarks& marks);

// Parts of a word that look random. `option`: the option whose value it is; may be empty. `judged`: parts
// that are not a value count too.
void mark_random_items(std::string_view word, std::size_t begin, std::string_view option, bool judged,
                       SecretMarks& marks);

// "Name: value" between `begin` and `end` of a text. Without a name it is a secret only if `surely`. False:
// no part of it is one.
bool mark_header(std::string_view text, std::size_t begin, std::size_t end, bool surely, SecretMarks& marks);

// Between "-----BEGIN … PRIVATE KEY-----" and its end.
void mark_private_keys(std::string_view text, SecretMarks& marks);

}  // namespace nmtx
