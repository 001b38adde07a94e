// Which mapped files are programs and libraries, and the .bss behind them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "kernel/mappings/loaded_images.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

// Code of a program or library. The loader maps it privately; compilers that write code at run time share it
// between two views.
[[nodiscard]] inline bool is_code_of_file(const Mapping& mapping) {
    return mapping.of_file() && mapping.protection.execute && !mapping.protection.shared;
}

// The part of a program's writable segment beyond its file: anonymous memory right after it (elf(5), p_memsz
// over p_filesz).
struct Bss {
    Range range;
    // Its size was read from the file. Otherwise the range is the whole mapping, which may belong to
    // something else.
    bool known = false;
};

// Keeps views into `smaps`, which must live longer; so must `images`, null where none were found.
class ProgramFiles {
  public:
    ProgramFiles(const Smaps& smaps, const std::optional<LoadedImages>& images);

    // Is some mapping of the same file executable? Files are the same if device, inode and name are: memfds
    // and deleted files may share a name, and pmap prints only names.
    [[nodiscard]] bool executed(const Mapping& mapping) const;
    // Does the .bss of the program that `file` belongs to begin with `next`, unless its size says otherwise?
    [[nodiscard]] bool bss_may_follow(const Mapping& file, const Mapping& next) const;
    // The part of `next` that is the .bss of `file`, the mapping before it. Where the size was not read (a
    // paste, a file that cannot be opened) a mapping up to `largest_unknown_bss` is taken for .bss, a larger
    // one is not.
    [[nodiscard]] std::optional<Bss> bss_behind(const Mapping& file, const Mapping& next) const;

    // 23 of 1,264 libraries on a Debian with JDKs have more: graphics drivers, sanitizers, jemalloc.
    static constexpr Bytes largest_unknown_bss = mib(1);

  private:
    using Identity = std::tuple<std::uint32_t, std::uint64_t, std::string_view>;
    static Identity identity_of(const Mapping& mapping) {
        return {mapping.device, mapping.inode, mapping.name};
    }
    std::set<Identity> files_;
    const std::optional<LoadedImages>& images_;
};

}  // namespace nmtx
