// What secrets look like, whatever their name.
#pragma once

#include <cstddef>
#include <string_view>

namespace nmtx {

// "ghp_…", "AKIA…", "xoxb-…", "eyJ….….…": the length of a token in a known format at the beginning; 0: none.
std::size_t known_token(std::string_view rest);

// Long random text: at least 16 letters and digits that change between kinds as often as in random text,
// "Zm9vYmFyYmF6cXV4", "9f86d081884c7d659a2feaa0c55ad015". Not paths, file names, UUIDs, hosts, class names,
// versions, addresses (0x…).
bool looks_random(std::string_view value);

// At least 32 hexadecimal digits and nothing else.
bool is_long_hex(std::string_view value);

// A known token anywhere in it, or a random part.
bool looks_like_secret(std::string_view value);

// "/etc/ssl/tls.key", "./conf", "file:/dev/urandom", "classpath:keys.jks", "conf/app.yml".
bool is_ordinary_path(std::string_view value);

// What follows "Basic ": base64 of user:password.
bool is_basic_credential(std::string_view word);

}  // namespace nmtx
