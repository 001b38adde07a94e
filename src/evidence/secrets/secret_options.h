// Options of command lines whose secret is the next word, or grown together with them.
#pragma once

#include <cstddef>
#include <string_view>

namespace nmtx {

enum class NextWord {
    as_ever,
    secret,       // --password X
    header,       // --header "Authorization: Bearer X"
    header_only,  // -H X: where X is none, as in "ldapsearch -H URI", it stays
    user,         // -u user:X
    p,            // -p X: a password, or a port, or a module path
    bearer,       // Bearer X
    basic,        // Basic X
};

// What `word` makes of the next one. `command`: it stands in a command line, where a bare "password" counts.
NextWord next_word_of(std::string_view word, bool command);

// Certainly an option, and so no value of the one before: "--verbose", "--token", "-Dx=y", "-Xmx1g"; not
// "-Abc" or "--Xy9".
bool is_option(std::string_view word);

// Whether "name:value" of a word is one as of Windows: "/password:x", not "/opt/secret:/opt/lib" or
// "/secret:lib/x.jar". The name and the value begin at `name` and `value` of the word.
bool is_windows_option(std::string_view word, std::size_t name, std::size_t value);

// "X-Request-Id": a header's name, not its value.
bool names_a_header(std::string_view value);

// The option that ends a word which begins otherwise: "--password" of "-Dexec.args=--password"; else empty.
std::string_view option_inside(std::string_view word);

// As attached_secret, of an option inside: "-Dexec.args=-phunter2".
std::size_t attached_inside(std::string_view word);

// "-phunter2", "-uadmin:hunter2": where in the word the secret begins; 0: nowhere.
std::size_t attached_secret(std::string_view word);

// What follows -p: a port or a pid, a path, published ports ("8080:80").
bool is_harmless_p(std::string_view value, std::string_view word_behind);

// Of "user:password" where the password begins; 0: it has none, as "1000:1000".
std::size_t password_of_user(std::string_view value);

// The program whose arguments the rest of a line is: "java", "/usr/bin/curl"; "java_command:" and the like.
bool begins_command(std::string_view word);

}  // namespace nmtx
