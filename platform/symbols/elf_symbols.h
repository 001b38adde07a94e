// The symbols of one ELF file, sorted, for looking up addresses. Names stay in the file until one is asked
// for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/target_files.h"
#include "platform/symbols/elf_image.h"

namespace nmtx {

class ElfSymbols {
  public:
    // A library with debug information for a million functions is among the largest that there are; a table
    // of more symbols than this is not read.
    static constexpr std::uint64_t most_symbols = std::uint64_t{2} << 20;

    ElfSymbols() = default;
    // Reads the table of `image`. `fd` is read from again by find().
    static ElfSymbols read(int fd, const ElfImage& image);

    // The symbol that covers an address of the file's own. Of several the nearest below; one with a size
    // before one without, which covers what lies up to the next symbol of its section.
    [[nodiscard]] std::optional<FileSymbol> find(int fd, std::uint64_t address) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    friend class SymbolSorter;
    struct Entry {
        std::uint64_t address = 0;
        std::uint32_t bytes = 0;  // saturates
        std::uint32_t name = 0;   // offset in the string table
        std::uint16_t section = 0;
        std::uint8_t rank = 0;  // of aliases the lowest is the one to name
    };
    [[nodiscard]] std::optional<std::uint64_t> nearest(std::uint64_t address, bool& sized) const;
    [[nodiscard]] std::optional<std::string> name_of(int fd, const Entry& entry) const;

    std::vector<Entry> entries_;  // ascending by address
    std::vector<Range> sections_;
    std::uint64_t names_offset_ = 0;
    std::uint64_t names_bytes_ = 0;
};

}  // namespace nmtx
