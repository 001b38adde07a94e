// What a command prints on its standard output.
#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace nmtx::bench {

inline std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    std::array<char, 65536> some{};
    for (std::size_t got = 0; (got = fread(some.data(), 1, some.size(), pipe)) > 0;)
        text.append(some.data(), got);
    pclose(pipe);
    return text;
}

}  // namespace nmtx::bench
