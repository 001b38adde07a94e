// What a JSON report says is resident.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace nmtx::live {

inline constexpr std::uint64_t one_mib = 1 << 20;

// Of the owners whose paths begin so.
inline std::uint64_t below(const nlohmann::json& report, const std::string& prefix) {
    std::uint64_t sum = 0;
    for (const auto& owner : report["owners"]) {
        if (owner["path"].get<std::string>().rfind(prefix, 0) == 0)
            sum += owner["resident_bytes"].get<std::uint64_t>();
    }
    return sum;
}

}  // namespace nmtx::live
