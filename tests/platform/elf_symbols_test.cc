// Files that are no honest ELF: whatever stands in them, there is an answer or none, and nothing is read
// beyond their end (the sanitizers watch).
#include "platform/symbols/elf_symbols.h"

#include <elf.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>

#include "catch.h"
#include "platform/child.h"
#include "platform/os/descriptor.h"
#include "platform/symbols/elf_image.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

class FileInMemory {
  public:
    explicit FileInMemory(const std::string& content) : descriptor_(::memfd_create("forged", MFD_CLOEXEC)) {
        write(content);
    }
    void write(const std::string& content) {
        REQUIRE(::ftruncate(fd(), static_cast<off_t>(content.size())) == 0);
        REQUIRE(::pwrite(fd(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
    }
    [[nodiscard]] int fd() const { return descriptor_.get(); }

  private:
    Descriptor descriptor_;
};

// The library of the tests, to be forged.
struct Library {
    std::string bytes = read_text(NMTX_SYMBOLS_LIBRARY);

    template <typename T>
    T& at(std::size_t offset) {
        REQUIRE(offset + sizeof(T) <= bytes.size());
        return *reinterpret_cast<T*>(bytes.data() + offset);  // of char, as malloc aligns it
    }
    Elf64_Ehdr& header() { return at<Elf64_Ehdr>(0); }
    Elf64_Shdr& section(std::size_t i) { return at<Elf64_Shdr>(header().e_shoff + i * sizeof(Elf64_Shdr)); }
    std::size_t index_of(unsigned type) {
        for (std::size_t i = 0; i < header().e_shnum; ++i) {
            if (section(i).sh_type == type) return i;
        }
        FAIL("the library has no section of type " << type);
        return 0;
    }
    Elf64_Shdr& symtab() { return section(index_of(SHT_SYMTAB)); }
    Elf64_Shdr& names() { return section(symtab().sh_link); }
    Elf64_Sym& symbol(std::size_t i) { return at<Elf64_Sym>(symtab().sh_offset + i * sizeof(Elf64_Sym)); }
    std::size_t symbols() { return symtab().sh_size / sizeof(Elf64_Sym); }
    // The symbol of a name.
    Elf64_Sym& named(const std::string& name) {
        for (std::size_t i = 0; i < symbols(); ++i) {
            if (bytes.data() + names().sh_offset + symbol(i).st_name == name) return symbol(i);
        }
        FAIL("the library has no symbol " << name);
        return symbol(0);
    }
};

// The name of the symbol at an address; looks at others around as well, for the sanitizers to see.
std::string ask(const FileInMemory& file, std::uint64_t address) {
    const auto image = read_elf_image(file.fd());
    if (!image) return "no image";
    const ElfSymbols symbols = ElfSymbols::read(file.fd(), *image);
    for (const std::uint64_t other : {std::uint64_t{0}, address + 0x1000, ~std::uint64_t{0}}) {
        (void)symbols.find(file.fd(), other);
    }
    (void)image->address_of(0, 4096);
    (void)image->address_of(~std::uint64_t{0}, 4096);
    const auto found = symbols.find(file.fd(), address);
    return found ? found->name : "nothing";
}

std::string after(const std::function<void(Library&)>& forge, const std::string& name = "session") {
    Library library;
    const std::uint64_t address = library.named(name).st_value;
    forge(library);
    return ask(FileInMemory(library.bytes), address);
}

}  // namespace

TEST_CASE("elf symbols: the honest file has them, from .dynsym where it was stripped") {
    CHECK(after([](Library&) {}) == "session");
    CHECK(after([](Library&) {}, "_ZL4kind") == "kind");
    const auto strip = [](Library& l) { l.symtab().sh_type = SHT_NULL; };
    CHECK(after(strip) == "session");
    CHECK(after(strip, "_ZL4kind") == "nothing");
}

TEST_CASE("elf symbols: forged headers give no image") {
    const std::vector<std::function<void(Library&)>> forgeries{
        [](Library& l) { l.bytes.resize(0); },
        [](Library& l) { l.bytes.resize(10); },
        [](Library& l) { l.bytes.resize(sizeof(Elf64_Ehdr) - 1); },
        [](Library& l) { l.bytes.resize(sizeof(Elf64_Ehdr)); },
        [](Library& l) { l.header().e_ident[EI_MAG0] = '!'; },
        [](Library& l) { l.bytes.replace(0, 8, "!<arch>\n"); },
        [](Library& l) { l.header().e_ident[EI_CLASS] = ELFCLASS32; },
        [](Library& l) { l.header().e_ident[EI_DATA] = 3; },
        [](Library& l) { l.header().e_shoff = l.bytes.size() - 1; },
        [](Library& l) { l.header().e_shoff = ~std::uint64_t{0} - 8; },
        [](Library& l) { l.header().e_shnum = 0xfeff; },
        [](Library& l) { l.header().e_shnum = 0xffff; },
        [](Library& l) { l.header().e_shnum = 0, l.section(0).sh_size = std::uint64_t{1} << 40U; },
        [](Library& l) { l.header().e_phnum = PN_XNUM, l.section(0).sh_info = 0x7fffffff; },
        [](Library& l) { l.header().e_phnum = 0; },
        [](Library& l) { l.header().e_phoff = ~std::uint64_t{0}; },
        [](Library& l) { l.header().e_shentsize = 0; },
        [](Library& l) { l.header().e_phentsize = 1; }};
    for (std::size_t i = 0; i < forgeries.size(); ++i) {
        CAPTURE(i);
        CHECK(after(forgeries[i]) == "no image");
    }
}

TEST_CASE("elf symbols: forged tables leave what .dynsym has, or nothing") {
    const std::vector<std::function<void(Library&)>> forgeries{
        [](Library& l) { l.symtab().sh_entsize = 0; },
        [](Library& l) { l.symtab().sh_entsize = 1; },
        [](Library& l) { l.symtab().sh_size = ~std::uint64_t{0}; },
        [](Library& l) { l.symtab().sh_offset = l.bytes.size(); },
        [](Library& l) { l.symtab().sh_offset = ~std::uint64_t{0}; },
        [](Library& l) { l.symtab().sh_link = 0xffffffff; },
        [](Library& l) { l.symtab().sh_link = static_cast<std::uint32_t>(l.index_of(SHT_SYMTAB)); },
        [](Library& l) { l.symtab().sh_flags |= SHF_COMPRESSED; },
        [](Library& l) { l.names().sh_offset = ~std::uint64_t{0} - 1; },
        [](Library& l) { l.names().sh_size = l.bytes.size() + 1; },
        [](Library& l) { l.names().sh_type = SHT_NOBITS; }};
    for (std::size_t i = 0; i < forgeries.size(); ++i) {
        CAPTURE(i);
        CHECK(after(forgeries[i]) == "session");
        CHECK(after(forgeries[i], "_ZL4kind") == "nothing");
    }
    // Sections that name each other as their strings, and so does every other table.
    CHECK(after([](Library& l) {
              const auto symtab = static_cast<std::uint32_t>(l.index_of(SHT_SYMTAB));
              l.names().sh_link = symtab;
              for (std::size_t i = 0; i < l.header().e_shnum; ++i) l.section(i).sh_link = symtab;
          }) == "nothing");
}

TEST_CASE("elf symbols: forged symbols are no symbols") {
    const std::string kind = "_ZL4kind";
    CHECK(after([&](Library& l) { l.named(kind).st_name = 0xffffffff; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_name = static_cast<std::uint32_t>(l.names().sh_size); },
                kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_name = 0; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_shndx = SHN_UNDEF; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_shndx = SHN_ABS; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_shndx = 4000; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_value = ~std::uint64_t{0}; }, kind) == "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_info = ELF64_ST_INFO(STB_LOCAL, STT_TLS); }, kind) ==
          "nothing");
    CHECK(after([&](Library& l) { l.named(kind).st_size = ~std::uint64_t{0}; }, kind) == "kind");
    // Names that do not end where their table ends.
    const std::string endless = after(
        [&](Library& l) {
            const Elf64_Shdr names = l.names();
            std::memset(l.bytes.data() + names.sh_offset, 'x', names.sh_size);
        },
        kind);
    CHECK((endless == "nothing" || endless.starts_with("xxx")));
    CHECK(after([&](Library& l) { l.names().sh_size = l.named(kind).st_name + 3; }, kind) == "nothing");
}

TEST_CASE("elf symbols: any byte of the headers and of the symbols may be wrong") {
    const Library honest;
    Library library;
    const std::uint64_t address = library.named("session").st_value;
    const std::size_t table = library.header().e_shoff;
    const std::size_t symbols = library.symtab().sh_offset;
    FileInMemory file(library.bytes);
    std::size_t answered = 0;
    const auto spoil = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            for (const char wrong : {'\0', '\1', '\x7f', '\xff'}) {
                REQUIRE(::pwrite(file.fd(), &wrong, 1, static_cast<off_t>(i)) == 1);
                if (ask(file, address) == "session") ++answered;
            }
            REQUIRE(::pwrite(file.fd(), honest.bytes.data() + i, 1, static_cast<off_t>(i)) == 1);
        }
    };
    spoil(0, sizeof(Elf64_Ehdr) + library.header().e_phnum * sizeof(Elf64_Phdr));
    spoil(table, honest.bytes.size());
    spoil(symbols, symbols + std::min<std::size_t>(library.symtab().sh_size, 1200));
    CHECK(answered > 1000);
}

TEST_CASE("elf symbols: a file that was cut anywhere, or is cut while it is read, ends nothing") {
    const Library honest;
    for (std::size_t length = 0; length < honest.bytes.size(); length += 41) {
        CHECK(ask(FileInMemory(honest.bytes.substr(0, length)), 0x1000) == "no image");
    }
    Library library;
    const std::uint64_t address = library.named("session").st_value;
    FileInMemory file(library.bytes);
    const auto image = read_elf_image(file.fd());
    REQUIRE(image);
    const ElfSymbols before = ElfSymbols::read(file.fd(), *image);
    REQUIRE(before.find(file.fd(), address));
    file.write(honest.bytes.substr(0, image->symbols->offset + 100));
    CHECK_FALSE(before.find(file.fd(), address));
    CHECK(ElfSymbols::read(file.fd(), *image).size() < before.size());
}

TEST_CASE("elf symbols: a table with more symbols than any library has is not read") {
    Library library;
    library.symtab().sh_offset = 0;
    library.symtab().sh_size = (ElfSymbols::most_symbols + 1) * sizeof(Elf64_Sym);
    const FileInMemory file(library.bytes);
    REQUIRE(::ftruncate(file.fd(), off_t{1} << 40U) == 0);
    const auto image = read_elf_image(file.fd());
    REQUIRE(image);
    REQUIRE(image->symbols);
    CHECK(ElfSymbols::read(file.fd(), *image).size() == 0);
}
