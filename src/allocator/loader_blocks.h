// Blocks of the dynamic loader: for each file that it has mapped it keeps a link_map, whose first word is
// where the file's image begins (link.h: l_addr). They say which file, and are the loader's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/paths.h"
#include "base/target_files.h"

namespace nmtx {

// glibc's has 1,100 bytes and more (struct link_map in include/link.h). What is smaller may be any note of
// where a file lies.
inline constexpr std::uint64_t least_link_map = 1024;

inline bool is_load_address(std::uint64_t word, const MappedFile& file) {
    return word == file.first.begin.value && file.offset == 0;
}

// The index of the loader's file; nothing where the program has none.
inline std::optional<std::uint32_t> loader_of(const std::vector<MappedFile>& files) {
    const auto loader = std::find_if(files.begin(), files.end(), [](const MappedFile& file) {
        const std::string_view name = base_name(without_deleted_mark(file.path));
        return name.starts_with("ld-") || name.starts_with("ld.so") || name.starts_with("ld64.so");
    });
    if (loader == files.end()) return std::nullopt;
    return static_cast<std::uint32_t>(loader - files.begin());
}

}  // namespace nmtx
