// Secrets in URLs that are not named parameters.
#pragma once

#include <cstddef>
#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

// In the word at `begin` of a text:
//   scheme://user:PASSWORD@host, also where the password holds a '/' or an '@'; scheme://TOKEN@host
//   jdbc:oracle:thin:user/PASSWORD@host, user/PASSWORD@//host
//   https://hooks.slack.com/PATH, https://host/…/webhooks/PATH, https://api.telegram.org/botTOKEN/…
void mark_url_secrets(std::string_view word, std::size_t begin, SecretMarks& marks);

}  // namespace nmtx
