#include "platform/serve/http_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <list>
#include <sstream>
#include <thread>
#include <utility>

#include "platform/os/system_error.h"

namespace nmtx {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

// A line of the request may be this much longer than its headers.
constexpr std::size_t beside_headers = 1024;

std::string_view view_of(beast::string_view text) {
    return {text.data(), text.size()};
}

tl::unexpected<Error> cannot_listen(const tcp::endpoint& endpoint, error_code error) {
    const char* const hint =
        error == asio::error::address_in_use  ? "choose another port with --listen, or 0 for a free one"
        : error == asio::error::access_denied ? "ports below 1024 need root: choose another one with --listen"
                                              : "--listen takes an address of this host: ip addr";
    std::ostringstream where;
    where << endpoint;
    return failure(where.str(), errno_text(error.value()), hint);
}

}  // namespace

// One request and its answer.
class HttpServer::Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(tcp::socket socket, const HttpLimits& limits, const Answer& answer)
        : stream_(std::move(socket)), buffer_(limits.header_bytes + beside_headers), answer_(&answer) {
        parser_.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        parser_.body_limit(0);
        // Once, for everything: a client that sends or takes a byte now and then gains no time by it.
        stream_.expires_after(limits.for_a_client);
    }

    void start() {
        http::async_read(stream_, buffer_, parser_,
                         [self = shared_from_this()](error_code error, std::size_t) { self->read(error); });
    }
    void close() {
        error_code ignored;
        // NOLINTNEXTLINE(bugprone-unused-return-value): it is the same error.
        stream_.socket().close(ignored);
    }

  private:
    void read(error_code error) {
        if (error) {
            // A malformed request gets an error; a client that left or was too slow gets no answer.
            if (error.category() == http::make_error_code(http::error::bad_method).category() &&
                error != http::error::end_of_stream && error != http::error::partial_message)
                send({400, "text/plain; charset=utf-8",
                      std::make_shared<const std::string>("not a request that is served here\n")});
            return;
        }
        const auto& request = parser_.get();
        HttpRequest wanted;
        wanted.method = view_of(request.method_string());
        wanted.path = view_of(request.target());
        wanted.path = wanted.path.substr(0, wanted.path.find('?'));
        wanted.accept = view_of(request[http::field::accept]);
        wanted.authorization = view_of(request[http::field::authorization]);
        head_ = request.method() == http::verb::head;
        send((*answer_)(wanted));
    }

    void send(HttpAnswer answer) {
        body_ = std::move(answer.body);
        http::response<http::empty_body> head(static_cast<http::status>(answer.status), 11);
        head.set(http::field::content_type, beast::string_view(answer.type.data(), answer.type.size()));
        head.set(http::field::cache_control, "no-store");
        head.set("X-Content-Type-Options", "nosniff");
        if (answer.status == 401) head.set(http::field::www_authenticate, "Bearer");
        if (answer.status == 405) head.set(http::field::allow, "GET, HEAD");
        head.keep_alive(false);
        head.content_length(body_->size());
        head_text_ = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, view_of(head.reason()));
        for (const auto& field : head)
            head_text_ += fmt::format("{}: {}\r\n", view_of(field.name_string()), view_of(field.value()));
        head_text_ += "\r\n";
        // The body is not copied: it is the same text for every client.
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head_text_),
                                                      head_ ? asio::const_buffer() : asio::buffer(*body_)};
        asio::async_write(stream_, parts, [self = shared_from_this()](error_code, std::size_t) {
            error_code ignored;
            // NOLINTNEXTLINE(bugprone-unused-return-value): it is the same error.
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request_parser<http::empty_body> parser_;
    const Answer* answer_;
    bool head_ = false;
    std::shared_ptr<const std::string> body_;
    std::string head_text_;
};

struct HttpServer::Running {
    Running(const HttpLimits& most, Answer with) : limits(most), answer(std::move(with)) {}

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) {
                // Out of descriptors, mostly: those that are in use are given back in time.
                retry.expires_after(std::chrono::milliseconds(100));
                retry.async_wait([this](error_code stopped) {
                    if (!stopped) accept();
                });
                return;
            }
            // Accept the next one first, in case there is no memory for this one.
            accept();
            take(std::move(socket));
        });
    }

    void take(tcp::socket socket) {
        connections.remove_if([](const auto& one) { return one.expired(); });
        // An honest client is done within milliseconds, so the oldest is the slowest.
        while (connections.size() >= limits.connections) {
            if (const auto oldest = connections.front().lock()) oldest->close();
            connections.pop_front();
        }
        const auto connection = std::make_shared<Connection>(std::move(socket), limits, answer);
        connections.push_back(connection);
        connection->start();
    }

    HttpLimits limits;
    Answer answer;
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    asio::steady_timer retry{context};
    std::list<std::weak_ptr<Connection>> connections;
    std::uint16_t port = 0;
    std::jthread thread;  // last, so that it ends before what it uses
};

HttpServer::HttpServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

HttpServer::~HttpServer() {
    running_->context.stop();
}

std::uint16_t HttpServer::port() const {
    return running_->port;
}

Expected<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, std::uint16_t port,
                                                        const HttpLimits& limits, Answer answer) {
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return failure(address, "not an IP address", "such as --listen 127.0.0.1:9470");
    const tcp::endpoint endpoint(ip, port);
    auto running = std::make_unique<Running>(limits, std::move(answer));
    tcp::acceptor& acceptor = running->acceptor;
    try {
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen(asio::socket_base::max_listen_connections);
    } catch (const boost::system::system_error& refused) {
        return cannot_listen(endpoint, refused.code());
    }
    running->port = acceptor.local_endpoint(error).port();
    running->accept();
    running->thread = std::jthread([context = &running->context] {
        // What a handler throws must not end the process: the connection is lost, the next ones are served.
        while (!context->stopped()) {
            try {
                context->run();
            } catch (const std::exception&) {
                continue;
            }
        }
    });
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(running)));
}

}  // namespace nmtx
