// A small HTTP/1.1 server for GET and HEAD: each connection is for one request, and bounded in time, bytes
// and number. It gives out texts that are there already, so that no client makes anybody else work.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

struct HttpRequest {
    std::string_view method, path;  // without the query
    std::string_view accept, authorization;
};

struct HttpAnswer {
    unsigned status = 200;
    std::string_view type = "text/plain; charset=utf-8";
    std::shared_ptr<const std::string> body;
};

struct HttpLimits {
    std::size_t connections = 64;  // where there would be more, the oldest is closed
    std::size_t header_bytes = 8192;
    std::chrono::milliseconds for_a_client{10000};  // from the connection to the end of the answer
};

class HttpServer {
  public:
    using Answer = std::function<HttpAnswer(const HttpRequest&)>;

    // `address`: "127.0.0.1", "::1"; port 0: any that is free. `answer` is called in the server's thread.
    static Expected<std::unique_ptr<HttpServer>> start(const std::string& address, std::uint16_t port,
                                                       const HttpLimits& limits, Answer answer);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();  // closes all connections

    [[nodiscard]] std::uint16_t port() const;

  private:
    // Declared here, not in an anonymous namespace: Running has members of it.
    class Connection;
    struct Running;
    explicit HttpServer(std::unique_ptr<Running> running);
    std::unique_ptr<Running> running_;
};

}  // namespace nmtx
