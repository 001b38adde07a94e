#include "platform/serve/http_answers.h"

#include <cstddef>
#include <memory>

namespace nmtx {
namespace {

HttpAnswer plain(unsigned status, std::string_view text) {
    return {status, "text/plain; charset=utf-8", std::make_shared<const std::string>(text)};
}

constexpr std::string_view front_page =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>nmtx</title></head>\n"
    "<body><h1>nmtx</h1><p>Native memory of the JVMs of this host: <a href=\"/metrics\">metrics</a></p>"
    "</body></html>\n";

}  // namespace

bool is_authorized(std::string_view authorization, std::string_view token) {
    constexpr std::string_view scheme = "Bearer ";
    if (authorization.size() < scheme.size()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        if (lower(authorization[i]) != lower(scheme[i])) return false;
    }
    const std::string_view given = authorization.substr(scheme.size());
    unsigned differs = given.size() == token.size() ? 0U : 1U;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char wanted = token.empty() ? '\0' : token[i % token.size()];
        differs |=
            static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(wanted));
    }
    return differs == 0;
}

HttpAnswer answer_to(const HttpRequest& request, PublishedFigures& figures, std::string_view token) {
    if (request.method != "GET" && request.method != "HEAD") return plain(405, "only GET and HEAD\n");
    if (request.path == "/healthz")
        return figures.alive() ? plain(200, "ok\n") : plain(503, "no samples are taken\n");
    if (!token.empty() && !is_authorized(request.authorization, token))
        return plain(401, "needs a bearer token\n");
    if (request.path == "/metrics") {
        const Exposition format = exposition_for(request.accept);
        return {200, content_type_of(format), figures.text(format)};
    }
    if (request.path == "/")
        return {200, "text/html; charset=utf-8", std::make_shared<const std::string>(front_page)};
    return plain(404, "see /metrics\n");
}

}  // namespace nmtx
