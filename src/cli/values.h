// Parses the values of a command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

// "3938": a process or a thread.
std::optional<std::uint64_t> parse_pid(std::string_view text);

// "12"; not empty, and not zero.
std::optional<std::size_t> parse_count(std::string_view text);

// "10s", "500ms", "2m", "2h", "30d", "10" (seconds); at most ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "512m", "2GB", "1.5G", "2GiB", "64Ki", "4096" (bytes). K, M, G and T are powers of 1024 in any spelling,
// as for java -Xmx.
std::optional<Bytes> parse_size(std::string_view text);

// "7f2d54000030", with or without 0x.
std::optional<Address> parse_address(std::string_view text);

// The words after `nmtx nmt PID`, as VM.native_memory takes them. Only those that change at most NMT's
// baseline.
Expected<std::string> parse_nmt_request(const std::vector<std::string>& words);

}  // namespace nmtx
