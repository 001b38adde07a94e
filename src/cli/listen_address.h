// Where `nmtx serve` listens: "127.0.0.1:9470", "[::1]:9470".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nmtx {

struct ListenAddress {
    std::string ip = "127.0.0.1";  // without brackets
    std::uint16_t port = 9470;     // 0: any that is free
    // Is it reached from this host only? 127.0.0.0/8 and ::1.
    [[nodiscard]] bool is_loopback() const;
    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// Nothing where it is not an IP address and a port: names are not looked up.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace nmtx
