#include "platform/symbols/elf_symbols.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>

#include "platform/symbols/symbol_name.h"

namespace nmtx {
namespace {

constexpr std::size_t block_symbols = 4096;

// How far back is looked for a symbol that covers an address: labels of assembly lie within functions, and
// more than a few never do.
constexpr std::size_t most_steps_back = 64;
constexpr std::size_t most_aliases = 64;

// The linker and the start code put these at the borders of data; what lies behind one is not its.
constexpr std::array border_labels{"__dso_handle", "__data_start", "data_start", "__bss_start",
                                   "_edata",       "edata",        "_end",       "end"};

bool marks_a_border(std::string_view name) {
    return std::find(border_labels.begin(), border_labels.end(), name) != border_labels.end();
}

std::size_t leading_underscores(std::string_view name) {
    return std::min(name.find_first_not_of('_'), name.size());
}

}  // namespace

// Sorts the table in two readings: the first counts how many symbols begin in each stretch of the file's
// addresses, the second puts each into the place of its stretch. What is left to sort are a few neighbours,
// and no second copy of a million symbols is needed.
class SymbolSorter {
  public:
    using Entry = ElfSymbols::Entry;

    SymbolSorter(int fd, const ElfImage& image) : fd_(fd), image_(image), table_(*image.symbols) {
        Range all;
        for (const Range& section : image.sections) {
            if (section.empty()) continue;
            all = all.empty() ? section
                              : Range{std::min(all.begin, section.begin), std::max(all.end, section.end)};
        }
        lowest_ = all.begin.value;
        const auto width = static_cast<int>(std::bit_width(all.size().value()));
        const auto wanted = static_cast<int>(std::bit_width(table_.count / 8));
        shift_ = static_cast<unsigned>(std::clamp(width - wanted, 0, 63));
        next_.resize((all.size().value() >> shift_) + 2);
    }

    std::vector<Entry> sorted() {
        for_each([&](const Entry& entry) { ++next_[stretch(entry) + 1]; });
        std::partial_sum(next_.begin(), next_.end(), next_.begin());
        const std::vector<std::uint32_t> begins = next_;
        std::vector<Entry> entries(next_.back());
        std::size_t placed = 0;
        for_each([&](const Entry& entry) {
            std::uint32_t& next = next_[stretch(entry)];
            if (next >= begins[stretch(entry) + 1]) return;
            entries[next++] = entry;
            ++placed;
        });
        const auto ascending = [](const Entry& a, const Entry& b) { return a.address < b.address; };
        if (placed != entries.size()) {  // the file has changed in between
            std::erase_if(entries, [](const Entry& entry) { return entry.name == 0; });
            std::sort(entries.begin(), entries.end(), ascending);
            return entries;
        }
        for (std::size_t i = 0; i + 1 < begins.size(); ++i)
            std::sort(entries.begin() + begins[i], entries.begin() + begins[i + 1], ascending);
        return entries;
    }

  private:
    [[nodiscard]] std::size_t stretch(const Entry& entry) const {
        return static_cast<std::size_t>((entry.address - lowest_) >> shift_);
    }

    // Undefined symbols name section 0, which is empty, absolute ones a number above all sections.
    [[nodiscard]] std::optional<Entry> entry_of(const Elf64_Sym& symbol) const {
        const unsigned type = ELF64_ST_TYPE(symbol.st_info);
        if (type != STT_OBJECT && type != STT_FUNC && type != STT_NOTYPE) return std::nullopt;
        if (symbol.st_name == 0 || symbol.st_shndx >= image_.sections.size() ||
            !image_.sections[symbol.st_shndx].contains(Address{symbol.st_value}))
            return std::nullopt;
        const auto most = std::numeric_limits<std::uint32_t>::max();
        const bool local = ELF64_ST_BIND(symbol.st_info) == STB_LOCAL;
        return Entry{symbol.st_value,
                     static_cast<std::uint32_t>(std::min<std::uint64_t>(symbol.st_size, most)),
                     symbol.st_name, symbol.st_shndx,
                     static_cast<std::uint8_t>((type == STT_NOTYPE ? 2 : 0) + (local ? 1 : 0))};
    }

    template <typename Take>
    void for_each(Take take) {
        const std::uint64_t bytes = table_.count * sizeof(Elf64_Sym);
        for (std::uint64_t done = 0; done < bytes;) {
            const auto want = static_cast<std::size_t>(
                std::min<std::uint64_t>(block_.size() * sizeof(Elf64_Sym), bytes - done));
            const ssize_t got = ::pread(fd_, block_.data(), want, static_cast<off_t>(table_.offset + done));
            const std::size_t whole = got <= 0 ? 0 : static_cast<std::size_t>(got) / sizeof(Elf64_Sym);
            if (whole == 0) return;  // shorter than a moment ago
            for (const Elf64_Sym& symbol : std::span(block_).first(whole)) {
                if (const auto entry = entry_of(symbol)) take(*entry);
            }
            done += whole * sizeof(Elf64_Sym);
        }
    }

    int fd_;
    const ElfImage& image_;
    const ElfSymbolTable& table_;
    std::vector<Elf64_Sym> block_ = std::vector<Elf64_Sym>(block_symbols);
    std::uint64_t lowest_ = 0;
    unsigned shift_ = 0;
    std::vector<std::uint32_t> next_;  // of each stretch the place of its next symbol
};

ElfSymbols ElfSymbols::read(int fd, const ElfImage& image) {
    ElfSymbols symbols;
    if (!image.symbols || image.symbols->count > most_symbols) return symbols;
    symbols.sections_ = image.sections;
    symbols.names_offset_ = image.symbols->names_offset;
    symbols.names_bytes_ = image.symbols->names_bytes;
    symbols.entries_ = SymbolSorter(fd, image).sorted();
    return symbols;
}

// Where the symbol that covers `address` begins.
std::optional<std::uint64_t> ElfSymbols::nearest(std::uint64_t address, bool& sized) const {
    auto at = std::upper_bound(entries_.begin(), entries_.end(), address,
                               [](std::uint64_t value, const Entry& e) { return value < e.address; });
    std::optional<std::uint64_t> closest;  // in the address's own section
    std::optional<std::uint64_t> label;
    for (std::size_t steps = 0; at != entries_.begin() && steps < most_steps_back; ++steps) {
        --at;
        if (!sections_[at->section].contains(Address{address})) continue;
        if (!closest) closest = at->address;
        if (address - at->address < at->bytes) {
            sized = true;
            return at->address;
        }
        if (at->bytes == 0 && at->address == *closest) label = at->address;
    }
    sized = false;
    return label;
}

std::optional<FileSymbol> ElfSymbols::find(int fd, std::uint64_t address) const {
    bool sized = false;
    const auto begin = nearest(address, sized);
    if (!begin) return std::nullopt;
    auto at = std::lower_bound(entries_.begin(), entries_.end(), *begin,
                               [](const Entry& e, std::uint64_t value) { return e.address < value; });
    // "malloc" before "__libc_malloc", what is exported before what is not.
    const auto preference = [](const Entry& entry, const std::string& name) {
        return std::tuple(entry.rank, leading_underscores(name), name.size(), std::string_view(name));
    };
    std::optional<std::string> best;
    Entry best_entry;
    for (std::size_t n = 0; n < most_aliases && at != entries_.end() && at->address == *begin; ++n, ++at) {
        if (sized ? address - at->address >= at->bytes : at->bytes != 0) continue;
        auto name = name_of(fd, *at);
        if (!name || (!sized && marks_a_border(*name)) ||
            (best && preference(best_entry, *best) <= preference(*at, *name)))
            continue;
        best = std::move(name);
        best_entry = *at;
    }
    if (!best) return std::nullopt;
    return FileSymbol{readable_symbol(*best), address - *begin, names_vtable(*best)};
}

// Not longer than what is shown of a name, and a byte, by which it is seen that there is more.
std::optional<std::string> ElfSymbols::name_of(int fd, const Entry& entry) const {
    if (entry.name >= names_bytes_) return std::nullopt;
    std::array<char, longest_symbol_name + 1> text;
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), names_bytes_ - entry.name));
    const ssize_t got = ::pread(fd, text.data(), want, static_cast<off_t>(names_offset_ + entry.name));
    if (got <= 0) return std::nullopt;
    const std::string_view read(text.data(), static_cast<std::size_t>(got));
    const std::size_t end = read.find('\0');
    if (end == 0 || (end == std::string_view::npos && read.size() < text.size())) return std::nullopt;
    return std::string(read.substr(0, end));
}

}  // namespace nmtx
