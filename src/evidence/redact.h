// The one place that decides what is a secret. Nothing that nmtx keeps or prints has not been through it: the
// values of options whose names speak of secrets, what looks like a secret whatever it is called, and the
// environment.
//
// By name (secret_names.h): "-D<name>=<value>", "--name=value", "name: value", "--name value",
// "?name=value&",
// "\"name\": \"value\"", "name: X" above "value: Y" where X speaks of secrets; headers; the password of
// "-u user:password" and "-p password"; the password of a URL, and the path of a webhook (secret_urls.h).
// By shape (secret_shapes.h): tokens of known makes anywhere, private keys; random text as a value or an
// argument. In doubt it is a secret. Every one becomes the same eight stars, which tell no length. A second
// run changes nothing, and lines keep their numbers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// A document of a capture (capture.h): all that comes in, from a process or a file, passes here.
std::string without_secrets(std::string_view document, std::string text);

// A command line. `separators` are the bytes that end a value: NUL for /proc/PID/cmdline, NUL and blank for
// joined lines, where the quoting is lost: there a value goes on to the next word that begins with '-', or to
// the end of the line. Returns how many secrets there were.
std::size_t redact_options(std::string& text, std::string_view separators);

// Any text: a reply of the JVM, a paste. Of the section "Environment Variables:" all values go. Words by
// themselves are judged by their looks only in lines that are commands.
std::size_t redact_reply(std::string& text);

// The strings of hsperfdata, whose layout follows: the room that one takes does not show how long a secret
// was.
std::size_t redact_counters(std::string& bytes);

}  // namespace nmtx
