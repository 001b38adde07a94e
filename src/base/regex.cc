#include "base/regex.h"

#include <array>

namespace nmtx {

Regex::Regex(const std::string& expression)
    : status_(::regcomp(&compiled_, expression.c_str(), REG_EXTENDED | REG_NOSUB)) {}

Regex::~Regex() {
    if (status_ == 0) ::regfree(&compiled_);
}

std::optional<std::string> Regex::error() const {
    if (status_ == 0) return std::nullopt;
    std::array<char, 256> text{};
    ::regerror(status_, &compiled_, text.data(), text.size());
    return std::string(text.data());
}

bool Regex::occurs_in(const std::string& text) const {
    return status_ == 0 && ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace nmtx
