// What never enters a capture: the values of options whose names speak of secrets, and the environment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// Replaces, in place and with as many '*' as the value had bytes, the value of each "-D<name>=<value>" (and
// of "--name=value", "name=value" arguments) whose name contains, in any case, password, passwd, pwd,
// passphrase, secret, token, credential, apikey, api_key, api-key, access_key, accesskey, private_key or ends
// in key or pass; of "--name value" the next word, of a URL also "?name=value&", of JSON
// "\"name\":". -XX: options stay. `separators` are the bytes that end a value (NUL for cmdline, NUL and blank
// for joined lines, where the quoting is lost: there a value goes on to the next word that begins with '-',
// or to the end of the line). Also the password of a URL's userinfo (scheme://user:PASSWORD@host). Length
// never changes, so that binary files keep their layout. Returns how many values were redacted.
std::size_t redact_options(std::string& text, std::string_view separators);

// redact_options for a reply of the JVM (VM.info, VM.command_line, hs_err text), and the section "Environment
// Variables:" without its values.
std::size_t redact_reply(std::string& text);

}  // namespace nmtx
