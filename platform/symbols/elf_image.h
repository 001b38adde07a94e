// The parts of an ELF file that symbols need: segments, the places of its sections, one symbol table. By
// libelf, over reads of the open file (a mapping of it would be torn from under us by whoever truncates the
// file). 64-bit files in our own byte order; anything else, or forged, is no image.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/target_files.h"

namespace nmtx {

struct ElfSymbolTable {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    std::uint64_t names_offset = 0;
    std::uint64_t names_bytes = 0;
};

struct ElfImage {
    std::vector<FileSegment> segments;  // as the file lists them: ascending
    std::vector<Range> sections;  // by index, in the file's own addresses; empty ones for what is not loaded
    std::optional<std::uint64_t> unwind_header;  // .eh_frame_hdr (PT_GNU_EH_FRAME), its own address
    std::optional<ElfSymbolTable> symbols;       // .symtab, else .dynsym; lies within the file

    // The file's own address of the byte at `offset`, as the loader maps it with pages of `page` bytes.
    [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t offset, std::uint64_t page) const;
};

std::optional<ElfImage> read_elf_image(int fd);

}  // namespace nmtx
