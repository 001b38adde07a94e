// Command-line options whose secret is the next word, or attached to them.
#pragma once

#include <cstddef>
#include <string_view>

namespace nmtx {

enum class NextWord {
    as_ever,
    secret,       // --password X
    header,       // --header "Authorization: Bearer X"
    header_only,  // -H X: where X is not a header, as in "ldapsearch -H URI", it stays
    user,         // -u user:X
    p,            // -p X: a password, or a port, or a module path
    bearer,       // Bearer X
    basic,        // Basic X
};

// What `word` means for the next one. `command`: it is in a command line, where a bare "password" counts.
NextWord next_word_of(std::string_view word, bool command);

// Certainly an option, and so not the value of the one before: "--verbose", "--token", "-Dx=y", "-Xmx1g";
// not "-Abc" or "--Xy9".
bool is_option(std::string_view word);

// Whether "name:value" in a word is a Windows-style option: "/password:x", not "/opt/secret:/opt/lib" or
// "/secret:lib/x.jar". The name and the value begin at `name` and `value` of the word.
bool is_windows_option(std::string_view word, std::size_t name, std::size_t value);

// "X-Request-Id": a header's name, not its value.
bool names_a_header(std::string_view value);

// An option at the end of a word: "--password" in "-Dexec.args=--password"; else empty.
std::string_view option_inside(std::string_view word);

// Like attached_secret, for an option inside: "-Dexec.args=-phunter2".
std::size_t attached_inside(std::string_view word);

// "-phunter2", "-uadmin:hunter2": where in the word the secret begins; 0: nowhere.
std::size_t attached_secret(std::string_view word);

// What follows -p: a port or a pid, a path, published ports ("8080:80").
bool is_harmless_p(std::string_view value, std::string_view word_behind);

// Where the password begins in "user:password"; 0: there is none, as in "1000:1000".
std::size_t password_of_user(std::string_view value);

// Does the word name a program, so that the rest of the line is its arguments? "java", "/usr/bin/curl";
// "java_command:" and the like.
bool begins_command(std::string_view word);

}  // namespace nmtx
