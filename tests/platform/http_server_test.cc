#include "platform/serve/http_server.h"

#include <poll.h>

#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "platform/http_client.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

// A server whose every answer is this body.
struct Served {
    explicit Served(const HttpLimits& limits = {}, const std::string& text = "body\n")
        : body(std::make_shared<const std::string>(text)) {
        auto started = HttpServer::start("127.0.0.1", 0, limits, [this](const HttpRequest& request) {
            ++answered;
            path = std::string(request.path);
            return HttpAnswer{request.path == "/refused" ? 405U : 200U, "text/plain", body};
        });
        if (!started) throw std::runtime_error(to_string(started.error()));
        server = std::move(*started);
    }
    [[nodiscard]] std::uint16_t port() const { return server->port(); }

    std::shared_ptr<const std::string> body;
    std::atomic<int> answered = 0;
    std::string path;  // of the last request; read once it is answered
    std::unique_ptr<HttpServer> server;
};

HttpLimits short_time() {
    HttpLimits limits;
    limits.for_a_client = std::chrono::milliseconds(300);
    return limits;
}

}  // namespace

TEST_CASE("http: one request, one answer, and the connection is closed") {
    Served served;
    const std::string answer = get(served.port(), "/metrics?name=x");
    CHECK(served.path == "/metrics");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Type: text/plain\r\n") != std::string::npos);
    CHECK(answer.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nbody\n"));
}

TEST_CASE("http: HEAD has the length of the body, and no body") {
    Served served;
    const std::string answer = HttpClient(served.port()).ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(answer.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("http: a refused method is told which ones there are") {
    Served served;
    const std::string answer = get(served.port(), "/refused");
    CHECK(answer.starts_with("HTTP/1.1 405 "));
    CHECK(answer.find("Allow: GET, HEAD\r\n") != std::string::npos);
}

TEST_CASE("http: what is not a request is not answered as one, and the next client is served") {
    Served served;
    std::mt19937 random(4711);
    std::string noise;
    for (int i = 0; i < 5000; ++i) noise += static_cast<char>(random() & 0xFFU);
    const std::string end = "\r\n\r\n";
    const std::vector<std::string> all{noise + end,
                                       std::string("\x16\x03\x01\x02\x00\x01\x00", 7) + end,
                                       "GET" + end,
                                       "GET /" + end,
                                       "GET / HTTP/9.9" + end,
                                       "G\x01T / HTTP/1.1" + end,
                                       std::string("GET / HTTP/1.1\r\nA\0b: c", 23) + end,
                                       "GET / HTTP/1.1\r\nContent-Length: 18446744073709551616" + end,
                                       "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
                                       "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"};
    for (const std::string& garbage : all) {
        INFO(garbage.substr(0, 60));
        const std::string answer = HttpClient(served.port()).ask(garbage);
        CHECK((answer.empty() || answer.starts_with("HTTP/1.1 400 ")));
    }
    CHECK(served.answered == 0);
    CHECK(get(served.port(), "/").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("http: headers have a limit") {
    Served served;
    const std::string answer = get(served.port(), "/", "X-Long: " + std::string(100'000, 'x') + "\r\n");
    CHECK((answer.empty() || answer.starts_with("HTTP/1.1 400 ")));
    CHECK(served.answered == 0);
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "A: b\r\n";
    const std::string other = get(served.port(), "/", many);
    CHECK((other.empty() || other.starts_with("HTTP/1.1 400 ")));
    CHECK(served.answered == 0);
}

TEST_CASE("http: a client that sends a byte now and then is closed when its time is over") {
    Served served(short_time());
    HttpClient slow(served.port());
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(1000, 'x');
    bool closed = false;
    for (const char c : request) {
        if (closed = !slow.send({c}); closed) break;
        ::poll(nullptr, 0, 20);
    }
    CHECK(closed);
    CHECK(served.answered == 0);
}

TEST_CASE("http: a client that does not take its answer is closed when its time is over") {
    Served served(short_time(), std::string(std::size_t{64} << 20U, 'x'));
    HttpClient slow(served.port());
    REQUIRE(slow.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    ::poll(nullptr, 0, 1000);
    CHECK(slow.rest().size() < served.body->size());
    CHECK(get(served.port(), "/").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("http: of 1,000 connections that say nothing few are kept, and a client is served meanwhile") {
    HttpLimits limits;
    limits.connections = 16;
    limits.for_a_client = std::chrono::minutes(5);
    Served served(limits);
    std::deque<HttpClient> silent;
    for (int i = 0; i < 1000; ++i) {
        silent.emplace_back(served.port());
        // As many descriptors as a process usually may have.
        if (silent.size() <= 200) continue;
        CHECK(silent.front().rest().empty());
        silent.pop_front();
        if (i % 100 == 0) CHECK(get(served.port(), "/").starts_with("HTTP/1.1 200 "));
    }
    CHECK(get(served.port(), "/").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("http: it ends while clients are connected") {
    auto served = std::make_unique<Served>();
    HttpClient silent(served->port());
    HttpClient begun(served->port());
    CHECK(begun.send("GET / HT"));
    served.reset();
    CHECK(silent.rest().empty());
    CHECK(begun.rest().empty());
}

TEST_CASE("http: where it cannot listen it says so") {
    Served served;
    const auto second = HttpServer::start("127.0.0.1", served.port(), {}, {});
    REQUIRE_FALSE(second);
    CHECK(second.error().where.starts_with("127.0.0.1:"));
    CHECK_FALSE(HttpServer::start("localhost", 0, {}, {}));
}
