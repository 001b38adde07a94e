#include "platform/symbols/elf_exports.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "platform/symbols/elf_symbols.h"

namespace nmtx {
namespace {

constexpr std::uint64_t most_name_bytes = std::uint64_t{64} << 20;

}  // namespace

std::unordered_map<std::string, std::uint64_t> find_exports(int fd, const ElfImage& image,
                                                            const std::vector<std::string>& names) {
    std::unordered_map<std::string, std::uint64_t> found;
    if (!image.symbols || image.symbols->names_bytes > most_name_bytes ||
        image.symbols->count > ElfSymbols::most_symbols)
        return found;
    const std::unordered_set<std::string_view> wanted(names.begin(), names.end());
    std::string texts(image.symbols->names_bytes, '\0');
    if (::pread(fd, texts.data(), texts.size(), static_cast<off_t>(image.symbols->names_offset)) !=
        static_cast<ssize_t>(texts.size()))
        return found;
    std::array<Elf64_Sym, 1024> block{};
    for (std::uint64_t done = 0; done < image.symbols->count;) {
        const std::uint64_t now = std::min<std::uint64_t>(block.size(), image.symbols->count - done);
        const ssize_t got = ::pread(fd, block.data(), now * sizeof(Elf64_Sym),
                                    static_cast<off_t>(image.symbols->offset + done * sizeof(Elf64_Sym)));
        if (got != static_cast<ssize_t>(now * sizeof(Elf64_Sym))) return found;
        for (std::uint64_t i = 0; i < now; ++i) {
            const Elf64_Sym& symbol = block[i];
            if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= texts.size()) continue;
            const std::size_t end = texts.find('\0', symbol.st_name);
            if (end == std::string::npos) continue;
            const std::string_view name(texts.data() + symbol.st_name, end - symbol.st_name);
            if (wanted.contains(name)) found.emplace(name, symbol.st_value);
        }
        done += now;
    }
    return found;
}

}  // namespace nmtx
