// Paths as the kernel prints them.
#pragma once

#include <string_view>

namespace nmtx {

// What the kernel appends to the path of a file that has been deleted (Documentation/filesystems/proc.rst).
inline constexpr std::string_view deleted_mark = " (deleted)";

constexpr bool is_marked_deleted(std::string_view path) {
    return path.ends_with(deleted_mark);
}

constexpr std::string_view without_deleted_mark(std::string_view path) {
    return is_marked_deleted(path) ? path.substr(0, path.size() - deleted_mark.size()) : path;
}

// "libjvm.so" for "/usr/lib/jvm/lib/server/libjvm.so"; the whole path where there is no slash, empty after a
// trailing one.
constexpr std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}
// "libfoo.so", "libfoo.so.1.2.3", "libfoo-2.31.so"
constexpr bool is_shared_object(std::string_view name) {
    const std::size_t at = name.find(".so");
    return at != std::string_view::npos && (at + 3 == name.size() || name[at + 3] == '.');
}

}  // namespace nmtx
