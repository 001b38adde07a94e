#include "findings/figures/native_libraries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/paths.h"
#include "base/printable.h"

namespace nmtx {
namespace {

bool is_library(const Mapping& mapping) {
    if (mapping.inode == 0 || !mapping.protection.execute) return false;
    return is_shared_object(base_name(without_deleted_mark(mapping.name)));
}

// "/usr/lib/jvm/java-17/lib/" of ".../lib/server/libjvm.so"; of 8 ".../jre/lib/amd64/".
std::string_view home_of_libraries(const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        std::string_view path = without_deleted_mark(mapping.name);
        if (mapping.inode == 0 || base_name(path) != "libjvm.so") continue;
        for (int up = 0; up < 2; ++up) path = path.substr(0, path.rfind('/'));
        return path;
    }
    return {};
}

// What every process with a C++ library in it has. Names begin so, and go on with a dot or a dash.
bool is_of_the_system(std::string_view name) {
    constexpr std::array<std::string_view, 19> system{
        "ld",     "ld-linux-x86-64", "ld-linux-aarch64", "ld-musl-x86_64", "libc",  "libm",    "libdl",
        "librt",  "libpthread",      "libgcc_s",         "libstdc++",      "libz",  "libutil", "libresolv",
        "libnsl", "libnss_files",    "libnss_dns",       "libcrypt",       "libanl"};
    const std::size_t end = name.find(".so");
    std::string_view stem = name.substr(0, end);
    if (const std::size_t dash = stem.find("-2."); dash != std::string_view::npos)
        stem = stem.substr(0, dash);
    return std::find(system.begin(), system.end(), stem) != system.end();
}

}  // namespace

std::vector<std::string_view> foreign_libraries(const ProcessView& view) {
    std::vector<std::string_view> found;
    if (!view.smaps) return found;
    const std::string_view home = home_of_libraries(*view.smaps);
    if (home.empty()) return found;
    for (const Mapping& mapping : view.smaps->mappings) {
        if (!is_library(mapping)) continue;
        const std::string_view path = without_deleted_mark(mapping.name);
        const bool of_jdk = path.starts_with(home) && path.substr(home.size()).starts_with('/');
        if (of_jdk || is_of_the_system(base_name(path))) continue;
        if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(path);
    }
    return found;
}

std::string library_list(const std::vector<std::string_view>& paths) {
    constexpr std::size_t most = 5;
    std::string list;
    for (std::size_t i = 0; i < std::min(paths.size(), most); ++i)
        list += (i == 0 ? "" : ", ") + printable(base_name(paths[i]));
    if (paths.size() > most) list += fmt::format(" and {} more", paths.size() - most);
    return list;
}

bool maps_library(const ProcessView& view, std::string_view name_begins) {
    if (!view.smaps) return false;
    return std::any_of(view.smaps->mappings.begin(), view.smaps->mappings.end(), [&](const Mapping& mapping) {
        return mapping.inode != 0 && base_name(mapping.name).starts_with(name_begins);
    });
}

}  // namespace nmtx
