#include "platform/proc/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "kernel/mappings/mapping_header.h"
#include "platform/os/page_size.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr std::size_t own_maps_limit = std::size_t{16} << 20;

Descriptor open_for_reading(const Descriptor& found, const MappedFile& file) {
    Descriptor opened = open_regular(found);
    return opened && is_that_file(opened, file) ? std::move(opened) : Descriptor();
}

}  // namespace

bool is_that_file(const Descriptor& opened, const MappedFile& file) {
    struct stat status{};
    if (::fstat(opened.get(), &status) != 0) return false;
    const FileIdentity wanted{file.device, file.inode};
    const FileIdentity by_status{
        static_cast<std::uint32_t>(major(status.st_dev) << 20U | minor(status.st_dev)), status.st_ino};
    return by_status == wanted || identity_when_mapped(opened) == wanted;
}

std::optional<FileIdentity> identity_when_mapped(const Descriptor& file) {
    const auto page = page_size();
    // Never touched: nothing is read, and a file without a byte does no harm.
    void* mapped = ::mmap(nullptr, page, PROT_NONE, MAP_PRIVATE, file.get(), 0);
    if (mapped == MAP_FAILED) return std::nullopt;
    const Address at{reinterpret_cast<std::uintptr_t>(mapped)};
    const Descriptor maps(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    const auto text = read_to_end(maps.get(), "/proc/self/maps", own_maps_limit, 0);
    ::munmap(mapped, page);
    if (!text) return std::nullopt;
    for (Lines lines(*text); lines.next();) {
        Mapping mapping;
        if (read_mapping_header(lines.line(), mapping) && mapping.range.contains(at))
            return FileIdentity{mapping.device, mapping.inode};
    }
    return std::nullopt;
}

Descriptor open_by_mapping(const ProcessFiles& process, const MappedFile& file) {
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "map_files/%llx-%llx",
                  static_cast<unsigned long long>(file.first.begin.value),
                  static_cast<unsigned long long>(file.first.end.value));
    const auto found = process.open_file(name.data(), O_PATH);
    return found ? open_for_reading(*found, file) : Descriptor();
}

Descriptor open_by_name(const ProcessFiles& process, const MappedFile& file) {
    if (!file.path.starts_with('/')) return {};
    const std::size_t begin = file.path.find_first_not_of('/');
    if (begin == std::string::npos) return {};
    const std::string name(file.path.substr(begin));
    // No name of the kernel's goes upwards.
    if (("/" + name + "/").find("/../") != std::string::npos) return {};
    // The name of a file in a container counts from the target's root; that of a process in a mere chroot
    // from ours. The kernel prints names with all links resolved, so that a link on the way is somebody's
    // later doing.
    for (const std::string& root : {process.path("root"), std::string("/")}) {
        const auto top = open_below(root, ".");
        if (!top) continue;
        Descriptor opened = open_for_reading(find_in(*top, name), file);
        if (opened) return opened;
    }
    return {};
}

bool is_same_mapping(const MappedFile& a, const MappedFile& b) {
    return a.first == b.first && a.inode == b.inode && a.device == b.device && a.offset == b.offset &&
           a.path == b.path;
}

Descriptor open_mapped_file(const ProcessFiles& process, const MappedFile& file) {
    if (file.inode == 0) return {};
    Descriptor opened = open_by_mapping(process, file);
    return opened ? std::move(opened) : open_by_name(process, file);
}

}  // namespace nmtx
