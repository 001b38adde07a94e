// The only place that decides what is a secret. Everything that nmtx keeps or prints has passed through it.
// It masks the values of options whose names indicate a secret, text that looks like a secret, and the
// environment.
//
// By name (secret_names.h): "-D<name>=<value>", "--name=value", "name: value", "--name value",
// "?name=value&", "\"name\": \"value\"", "name: X" above "value: Y" where X indicates a secret; headers; the
// password of "-u user:password" and "-p password"; the password of a URL, and the path of a webhook
// (secret_urls.h). By shape (secret_shapes.h): tokens in known formats anywhere, private keys; random text as
// a value or an argument. In doubt it is a secret. Each becomes the same eight asterisks, which do not show
// its length. A second run changes nothing, and lines keep their numbers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// A document of a capture (capture.h). All input from a process or a file passes through here.
std::string without_secrets(std::string_view document, std::string text);

// A command line. `separators` are the bytes that end a value: NUL for /proc/PID/cmdline, NUL and blank for
// joined lines, where the quoting is lost: there a value extends to the next word that begins with '-', or
// to the end of the line. Returns how many secrets there were.
std::size_t redact_options(std::string& text, std::string_view separators);

// Any text: a reply of the JVM, a paste. All values of the section "Environment Variables:" are masked.
// Single words are judged by their look only in command lines.
std::size_t redact_reply(std::string& text);

// The strings of hsperfdata. Entries are laid out anew, so that the space of a secret does not show its
// length.
std::size_t redact_counters(std::string& bytes);

}  // namespace nmtx
