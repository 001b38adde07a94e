// What a name says about its value: "db.password" is a secret, "token.ttl" is not.
#pragma once

#include <string_view>

namespace nmtx {

// The name of an option, property, variable, header or field, in upper or lower case and with any
// separators: "-Djavax.net.ssl.keyStorePassword", "--api-key", "AWS_SECRET_ACCESS_KEY", "X-Auth-Token".
// Unambiguous words count anywhere ("password", "secret", "token"), short ones only as the last word ("pin",
// "auth", "sig", "key").
bool speaks_of_secrets(std::string_view name);

// The same, but the word must end the name: "TokenFilter.java:12" in a text is not a secret.
bool ends_in_secret(std::string_view name);

// Whether a value may stay although its name indicates a secret: "true", "--auth=basic",
// "password.file=/etc/x", "token.ttl=3600", "max.tokens=4096", "keyStoreType=PKCS12", "oracle.sid=ORCL".
bool is_harmless_value(std::string_view name, std::string_view value);

// "partition.key", and a port after the name of a service, "auth:8080", "token:443".
bool is_port_of_service(std::string_view name, std::string_view value);

// "user", "login", "-u": in a value with a colon, the password follows the colon.
bool names_user(std::string_view name);

// "header", "headers": the value is "Name: value".
bool names_header(std::string_view name);

// JSON and YAML of containers: {"name": "DB_PASSWORD", "value": "…"}.
bool names_pair(std::string_view name);
bool names_value(std::string_view name);

// The name in "Accept: text/plain": its value is not a secret.
bool is_harmless_header(std::string_view name);

// "commit", "sha256", "build", "trace.id": long hexadecimal numbers there are public.
bool names_digest(std::string_view name);

}  // namespace nmtx
