// The file of --web.config: how the server is protected where others than this host reach it.
//
//   # comment
//   bearer_token_file: /etc/nmtx/token
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

struct WebConfig {
    std::string bearer_token_file;
};
// Fails for a key that it does not know, and where there is no token: neither is a protection.
Expected<WebConfig> parse_web_config(std::string_view text, const std::string& document);

// The token of the file that it names: its first line, of at least 16 characters.
Expected<std::string> read_token(const std::string& config_file);

}  // namespace nmtx
