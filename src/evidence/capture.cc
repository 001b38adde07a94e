#include "evidence/capture.h"

namespace nmtx {

void Capture::add(std::string_view name, std::string text) {
    if (const auto it = missing_.find(name); it != missing_.end()) missing_.erase(it);
    documents_.insert_or_assign(std::string(name), std::make_unique<const std::string>(std::move(text)));
}

void Capture::miss(std::string_view name, Missing missing) {
    missing_.insert_or_assign(std::string(name), std::move(missing));
}

std::optional<std::string_view> Capture::text(std::string_view name) const {
    const auto it = documents_.find(name);
    if (it == documents_.end()) return std::nullopt;
    return std::string_view(*it->second);
}

const Missing* Capture::missing(std::string_view name) const {
    const auto it = missing_.find(name);
    return it == missing_.end() ? nullptr : &it->second;
}

}  // namespace nmtx
