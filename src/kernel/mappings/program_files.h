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

// Code that a program or library brought. The loader maps it privately; compilers that write code at run time
// share it between two views.
[[nodiscard]] inline bool is_code_of_file(const Mapping& mapping) {
    return mapping.of_file() && mapping.protection.execute && !mapping.protection.shared;
}

// What a program's writable segment has beyond its file lies anonymously right behind it (elf(5), p_memsz
// over p_filesz).
struct Bss {
    Range range;
    // Its size was read in the file. Otherwise the range is all of the mapping, which may be another's.
    bool known = false;
};

// Names are kept as views into `smaps`, which must live longer; so must `images`, null where none were found.
class ProgramFiles {
  public:
    ProgramFiles(const Smaps& smaps, const std::optional<LoadedImages>& images);

    // Some mapping of the same file may be executed. Files are the same if device, inode and name are: memfds
    // and deleted files may bear one name, pmap prints names only.
    [[nodiscard]] bool executed(const Mapping& mapping) const;
    // Does .bss of the program that `file` is a part of begin with `next`, unless its size says otherwise?
    [[nodiscard]] bool bss_may_follow(const Mapping& file, const Mapping& next) const;
    // The part of `next` that is the .bss of `file`, the mapping before it. Where the size was not read (a
    // paste, a file that cannot be opened) a mapping up to `largest_unknown_bss` is taken for .bss, and
    // nothing of a larger one.
    [[nodiscard]] std::optional<Bss> bss_behind(const Mapping& file, const Mapping& next) const;

    // Of 1,264 libraries of a Debian with JDKs 23 have more: graphics drivers, sanitizers, jemalloc.
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
