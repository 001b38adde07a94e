// What is at which path: /metrics, /healthz and /, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "platform/serve/http_server.h"
#include "platform/serve/published_figures.h"

namespace nmtx {

// `token`: what a client must show as "Authorization: Bearer TOKEN", except at /healthz; empty: nothing.
HttpAnswer answer_to(const HttpRequest& request, PublishedFigures& figures, std::string_view token);

// Is it "Bearer TOKEN"? Compared in constant time.
bool is_authorized(std::string_view authorization, std::string_view token);

}  // namespace nmtx
