#include "platform/symbols/elf_image.h"

#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <memory>

namespace nmtx {
namespace {

struct ElfEnd {
    void operator()(Elf* elf) const { ::elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

// Does [offset, offset + bytes) lie within the file?
bool within(std::uint64_t offset, std::uint64_t bytes, std::uint64_t file_bytes) {
    return offset <= file_bytes && bytes <= file_bytes - offset;
}

// A library has forty sections or so. Numbers that do not fit into the header's fields (from 65,280 on) stand
// elsewhere and have no bound.
constexpr unsigned most_sections = 4096;
constexpr unsigned most_segments = 1024;

// libelf sets memory aside by the counts of the header, before it has seen what they count.
bool plausible(const Elf64_Ehdr& header, std::uint64_t file_bytes) {
    constexpr unsigned char native = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    const bool ours = header.e_ident[EI_MAG0] == ELFMAG0 && header.e_ident[EI_MAG1] == ELFMAG1 &&
                      header.e_ident[EI_MAG2] == ELFMAG2 && header.e_ident[EI_MAG3] == ELFMAG3 &&
                      header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == native;
    const bool few = header.e_phnum > 0 && header.e_phnum <= most_segments &&
                     header.e_shnum <= most_sections && (header.e_shnum > 0 || header.e_shoff == 0);
    return ours && few && header.e_phentsize == sizeof(Elf64_Phdr) &&
           within(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr), file_bytes) &&
           (header.e_shnum == 0 || header.e_shentsize == sizeof(Elf64_Shdr)) &&
           within(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr), file_bytes);
}

bool read_segments(Elf* elf, std::size_t count, ElfImage& image) {
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr segment;
        if (::gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) return false;
        if (segment.p_type == PT_GNU_EH_FRAME) image.unwind_header = segment.p_vaddr;
        if (segment.p_type != PT_LOAD) continue;
        image.segments.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr, segment.p_memsz,
                                  (segment.p_flags & PF_W) != 0});
    }
    return !image.segments.empty();
}

std::optional<ElfSymbolTable> symbol_table(const std::vector<GElf_Shdr>& sections, const GElf_Shdr& table,
                                           std::uint64_t file_bytes) {
    if (table.sh_entsize != sizeof(Elf64_Sym) || table.sh_link >= sections.size()) return std::nullopt;
    const GElf_Shdr& names = sections[table.sh_link];
    const bool plain =
        names.sh_type == SHT_STRTAB && ((names.sh_flags | table.sh_flags) & SHF_COMPRESSED) == 0;
    if (!plain || !within(table.sh_offset, table.sh_size, file_bytes) ||
        !within(names.sh_offset, names.sh_size, file_bytes))
        return std::nullopt;
    return ElfSymbolTable{table.sh_offset, table.sh_size / sizeof(Elf64_Sym), names.sh_offset, names.sh_size};
}

void read_sections(Elf* elf, std::size_t count, std::uint64_t file_bytes, ElfImage& image) {
    std::vector<GElf_Shdr> sections(count);
    for (std::size_t i = 0; i < count; ++i) {
        Elf_Scn* section = ::elf_getscn(elf, i);
        if (section == nullptr || ::gelf_getshdr(section, &sections[i]) == nullptr) return;
    }
    image.sections.reserve(count);
    for (const GElf_Shdr& section : sections) {
        const bool loaded = (section.sh_flags & SHF_ALLOC) != 0 && (section.sh_flags & SHF_TLS) == 0;
        const Address begin{section.sh_addr};
        image.sections.push_back(loaded ? Range{begin, begin + Bytes(section.sh_size)} : Range{});
    }
    for (const auto wanted : {SHT_SYMTAB, SHT_DYNSYM}) {
        for (const GElf_Shdr& section : sections) {
            if (section.sh_type != static_cast<GElf_Word>(wanted)) continue;
            image.symbols = symbol_table(sections, section, file_bytes);
            if (image.symbols) return;
        }
    }
}

}  // namespace

std::optional<std::uint64_t> ElfImage::address_of(std::uint64_t offset, std::uint64_t page) const {
    for (const FileSegment& segment : segments) {
        const std::uint64_t lead = segment.offset % page;
        if (segment.address % page != lead || offset < segment.offset - lead) continue;
        if (offset - (segment.offset - lead) < segment.file_bytes + lead)
            return segment.address - lead + (offset - (segment.offset - lead));
    }
    return std::nullopt;
}

std::optional<ElfImage> read_elf_image(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0 || status.st_size < 0) return std::nullopt;
    const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
    Elf64_Ehdr header{};
    if (::pread(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header) ||
        !plausible(header, file_bytes))
        return std::nullopt;
    if (::elf_version(EV_CURRENT) == EV_NONE) return std::nullopt;
    const ElfHandle elf(::elf_begin(fd, ELF_C_READ, nullptr));
    if (!elf || ::elf_kind(elf.get()) != ELF_K_ELF) return std::nullopt;
    // Whoever writes to the file meanwhile may have made other numbers of those that were looked at.
    std::size_t segments = 0;
    std::size_t sections = 0;
    if (::elf_getphdrnum(elf.get(), &segments) != 0 || segments > header.e_phnum ||
        ::elf_getshdrnum(elf.get(), &sections) != 0 || sections > header.e_shnum)
        return std::nullopt;
    ElfImage image;
    if (!read_segments(elf.get(), segments, image)) return std::nullopt;
    read_sections(elf.get(), sections, file_bytes, image);
    return image;
}

}  // namespace nmtx
