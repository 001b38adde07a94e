#include "ledger/owner_paths.h"

namespace nmtx {

bool is_below(std::string_view path, std::string_view prefix) {
    if (!path.starts_with(prefix)) return false;
    return prefix.empty() || path.size() == prefix.size() || path[prefix.size()] == '/';
}

bool may_be(std::string_view path, std::string_view area) {
    return is_below(path, area) || (path.starts_with(area) && path.substr(area.size()).starts_with(" or "));
}

std::string_view name_below(std::string_view path, std::string_view prefix) {
    if (!is_below(path, prefix) || path.size() == prefix.size()) return {};
    return prefix.empty() ? path : path.substr(prefix.size() + 1);
}

std::string path_below(std::string_view prefix, std::string_view name) {
    return std::string(prefix).append("/").append(name);
}

}  // namespace nmtx
