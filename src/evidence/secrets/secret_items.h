// Secrets that are told by their looks, in a word and in a text.
#pragma once

#include <cstddef>
#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

// Tokens of known makes (secret_shapes.h), wherever one may begin in the word at `begin` of a text.
void mark_known_tokens(std::string_view word, std::size_t begin, SecretMarks& marks);

// What looks random among the parts of a word. `option`: the one before, whose value it is; may be empty.
// `judged`: parts that are nobody's value count too.
void mark_random_items(std::string_view word, std::size_t begin, std::string_view option, bool judged,
                       SecretMarks& marks);

// "Name: value" between `begin` and `end` of a text. Without a name it is a secret only `surely`. False:
// nothing of it is one.
bool mark_header(std::string_view text, std::size_t begin, std::size_t end, bool surely, SecretMarks& marks);

// Between "-----BEGIN … PRIVATE KEY-----" and its end.
void mark_private_keys(std::string_view text, SecretMarks& marks);

}  // namespace nmtx
