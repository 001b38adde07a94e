// A client of our HTTP server that may behave as badly as a test wants.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace nmtx::test {

class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(fd_);
            throw std::runtime_error("no connection");
        }
    }
    HttpClient(HttpClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    HttpClient& operator=(HttpClient&&) = delete;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient() {
        if (fd_ >= 0) ::close(fd_);
    }

    // False where the server has closed the connection.
    bool send(const std::string& text) {
        std::size_t sent = 0;
        while (sent < text.size()) {
            const ssize_t part = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (part <= 0) return false;
            sent += static_cast<std::size_t>(part);
        }
        return true;
    }
    // Everything until the server closes; throws where it does not within ten seconds.
    std::string rest() {
        std::string all;
        std::array<char, 65536> part{};
        while (true) {
            pollfd news{fd_, POLLIN, 0};
            if (::poll(&news, 1, 10'000) != 1) throw std::runtime_error("the server keeps the connection");
            const ssize_t length = ::recv(fd_, part.data(), part.size(), 0);
            if (length <= 0) return all;
            all.append(part.data(), static_cast<std::size_t>(length));
        }
    }
    std::string ask(const std::string& request) {
        send(request);
        return rest();
    }

  private:
    int fd_;
};

inline std::string get(std::uint16_t port, const std::string& path, const std::string& headers = "") {
    return HttpClient(port).ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
}

}  // namespace nmtx::test
