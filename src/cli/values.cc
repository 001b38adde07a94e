// Values on the command line.
#include "base/cursor.h"
#include "cli/command.h"
#include "cli/usage.h"

namespace nmtx {

std::optional<std::uint64_t> parse_pid(std::string_view text) {
    Cursor cursor(text);
    const auto pid = cursor.decimal();
    // PID_MAX_LIMIT of 64-bit kernels.
    if (!pid || !cursor.at_end() || *pid == 0 || *pid > 4194304) return std::nullopt;
    return pid;
}

std::optional<std::size_t> parse_count(std::string_view text) {
    Cursor cursor(text);
    const auto count = cursor.decimal();
    return count && cursor.at_end() && *count > 0 ? count : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    constexpr std::uint64_t most = 315'360'000'000;
    if (!number || *number > most) return std::nullopt;
    std::uint64_t unit = 1000;
    if (cursor.take("ms")) {
        unit = 1;
    } else if (cursor.take("m")) {
        unit = 60'000;
    } else if (cursor.take("h")) {
        unit = 3'600'000;
    } else if (cursor.take("d")) {
        unit = 86'400'000;
    } else {
        cursor.take("s");
    }
    if (!cursor.at_end() || *number > most / unit) return std::nullopt;
    return std::chrono::milliseconds(*number * unit);
}

std::optional<Bytes> parse_size(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    unsigned shift = 0;
    if (cursor.take("K")) {
        shift = 10;
    } else if (cursor.take("M")) {
        shift = 20;
    } else if (cursor.take("G")) {
        shift = 30;
    } else if (cursor.take("T")) {
        shift = 40;
    }
    if (shift > 0 && cursor.take("i")) cursor.take("B");  // 2Gi as Kubernetes, 2GiB as IEC has it
    if (!number || !cursor.at_end() || *number > (~std::uint64_t{0} >> shift)) return std::nullopt;
    return Bytes(*number << shift);
}

std::optional<Address> parse_address(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("0x")) cursor.take("0X");
    const auto value = cursor.hex();
    if (!value || !cursor.at_end()) return std::nullopt;
    return Address{*value};
}

}  // namespace nmtx
