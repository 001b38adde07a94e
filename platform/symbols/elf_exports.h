// Where an ELF file has symbols of given names.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/symbols/elf_image.h"

namespace nmtx {

// By their names, the file's own addresses of those that it defines. None where the file's names are more
// than 64 MiB, or cannot be read.
std::unordered_map<std::string, std::uint64_t> find_exports(int fd, const ElfImage& image,
                                                            const std::vector<std::string>& names);

}  // namespace nmtx
