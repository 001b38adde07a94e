#include "platform/symbols/live_files.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "platform/os/page_size.h"
#include "platform/proc/mapped_file.h"
#include "platform/symbols/elf_exports.h"
#include "platform/symbols/elf_image.h"
#include "platform/symbols/elf_symbols.h"

namespace nmtx {
namespace {

// A JVM with its native code maps a hundred libraries. Nobody shall use up our descriptors, memory or time by
// mapping more of them than that, or larger ones than there are: beyond, files are forgotten, and at last not
// read any more.
constexpr std::size_t most_files = 128;
constexpr std::uint64_t most_kept = ElfSymbols::most_symbols;
constexpr std::uint64_t most_read = 16 * ElfSymbols::most_symbols;

constexpr std::uint64_t banner_searched = std::uint64_t{64} << 20;
constexpr std::size_t banner_block = std::size_t{256} << 10;
constexpr std::size_t longest_banner = 512;

// "2.36" of "GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\nCopyright …", a comma
// for the full stop in old ones. The banner must begin before `before`: one that begins later may be cut off.
std::optional<std::string> release_in(std::string_view text, std::size_t before) {
    constexpr std::string_view name = "GNU C Library (";
    for (std::size_t at = 0; (at = text.find(name, at)) < before; at += name.size()) {
        const std::string_view banner = text.substr(at, std::min(longest_banner, text.find('\n', at) - at));
        constexpr std::string_view announced = " release version ";
        const std::size_t found = banner.find(announced);
        if (found == std::string_view::npos) continue;
        std::string_view release = banner.substr(found + announced.size());
        release = release.substr(0, release.find_first_not_of("0123456789."));
        while (release.ends_with('.')) release.remove_suffix(1);
        if (release.find('.') < release.size()) return std::string(release);
    }
    return std::nullopt;
}

// "OpenJDK 64-Bit Server VM (17.0.15+6) for linux-amd64 JRE (17.0.15+6)", a literal of libjvm.so that goes on
// with where it was built.
std::optional<std::string> vm_banner_in(std::string_view text, std::size_t before) {
    constexpr std::string_view between = ") for linux-";
    for (std::size_t at = 0; (at = text.find(between, at)) != std::string_view::npos; at += between.size()) {
        const std::size_t begin = text.rfind('\0', at) + 1;  // 0 where there is none
        if (begin >= before) return std::nullopt;
        const std::string_view banner =
            text.substr(begin, std::min(longest_banner, text.find('\0', at) - begin));
        const std::size_t end = banner.find(')', banner.find(" JRE ("));
        if (at - begin < longest_banner && end != std::string_view::npos)
            return std::string(banner.substr(0, end + 1));
    }
    return std::nullopt;
}

using FindBanner = std::optional<std::string> (*)(std::string_view, std::size_t);

// Searches the parts of a file for a banner, in blocks that overlap by a banner's length.
class BannerSearch {
  public:
    BannerSearch(int fd, FindBanner find)
        : fd_(fd), find_(find), block_(banner_block + longest_banner, '\0') {}

    std::optional<std::string> in(const FileSegment& segment) {
        for (std::uint64_t done = 0; done < segment.file_bytes && left_ > 0; done += banner_block) {
            const auto want =
                static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), segment.file_bytes - done));
            const ssize_t got = ::pread(fd_, block_.data(), want, static_cast<off_t>(segment.offset + done));
            if (got <= 0) break;
            const auto text = std::string_view(block_).substr(0, static_cast<std::size_t>(got));
            if (auto banner = find_(text, banner_block)) return banner;
            left_ -= std::min<std::uint64_t>(left_, banner_block);
        }
        return std::nullopt;
    }

  private:
    int fd_;
    FindBanner find_;
    std::string block_;
    std::uint64_t left_ = banner_searched;
};

}  // namespace

struct LiveFiles::Opened {
    Descriptor descriptor;
    std::optional<ElfImage> image;  // nothing: cannot be opened, or is no ELF file
    std::optional<ElfSymbols> symbols;
};

LiveFiles::LiveFiles(const ProcessFiles& process) : process_(&process) {}
LiveFiles::~LiveFiles() = default;

LiveFiles::Opened& LiveFiles::opened(const MappedFile& file) {
    const Key key{file.device, file.inode, file.first.begin};
    if (const auto known = files_.find(key); known != files_.end()) return *known->second;
    if (files_.size() >= most_files || symbols_kept_ > most_kept) {
        files_.clear();
        symbols_kept_ = 0;
    }
    auto entry = std::make_unique<Opened>();
    entry->descriptor = open_mapped_file(*process_, file);
    if (entry->descriptor) entry->image = read_elf_image(entry->descriptor.get());
    if (!entry->image) entry->descriptor.close();
    return *files_.emplace(key, std::move(entry)).first->second;
}

void LiveFiles::read_symbols(Opened& file) {
    file.symbols.emplace();
    if (symbols_read_ >= most_read) return;
    *file.symbols = ElfSymbols::read(file.descriptor.get(), *file.image);
    symbols_kept_ += file.symbols->size();
    symbols_read_ += file.image->symbols ? file.image->symbols->count : 0;
}

std::vector<std::optional<FileSymbol>> LiveFiles::symbols(const MappedFile& file,
                                                          std::span<const Address> addresses) {
    std::vector<std::optional<FileSymbol>> answers(addresses.size());
    Opened& from = opened(file);
    if (!from.image) return answers;
    const auto begins = from.image->address_of(file.offset, page_size());
    if (!begins) return answers;
    if (!from.symbols) read_symbols(from);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (addresses[i] < file.first.begin) continue;
        const std::uint64_t behind = addresses[i].value - file.first.begin.value;
        if (behind <= ~*begins) answers[i] = from.symbols->find(from.descriptor.get(), *begins + behind);
    }
    return answers;
}

std::unordered_map<std::string, Address> LiveFiles::exports(const MappedFile& file,
                                                            const std::vector<std::string>& names) {
    std::unordered_map<std::string, Address> found;
    const Opened& from = opened(file);
    const auto begins = from.image ? from.image->address_of(file.offset, page_size()) : std::nullopt;
    if (!begins || file.first.begin.value < *begins) return found;
    for (const auto& [name, address] : find_exports(from.descriptor.get(), *from.image, names))
        found.emplace(name, Address{address + (file.first.begin.value - *begins)});
    return found;
}

std::size_t LiveFiles::read(const MappedFile& file, std::uint64_t offset, std::span<std::byte> into) {
    const Key key{file.device, file.inode, file.first.begin};
    if (plain_.size() >= most_files && plain_.count(key) == 0) plain_.clear();
    const auto [entry, added] = plain_.try_emplace(key);
    if (added) entry->second = open_mapped_file(*process_, file);
    if (!entry->second) return 0;
    const ssize_t got = ::pread(entry->second.get(), into.data(), into.size(), static_cast<off_t>(offset));
    return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

std::vector<FileSegment> LiveFiles::segments(const MappedFile& file) {
    const Opened& from = opened(file);
    return from.image ? from.image->segments : std::vector<FileSegment>{};
}

std::optional<std::string> LiveFiles::search(const MappedFile& file, FindBanner find) {
    const Opened& from = opened(file);
    if (!from.image) return std::nullopt;
    BannerSearch search(from.descriptor.get(), find);
    for (const FileSegment& segment : from.image->segments) {
        if (segment.writable) continue;
        if (auto banner = search.in(segment)) return banner;
    }
    return std::nullopt;
}

std::optional<std::string> LiveFiles::glibc_release(const MappedFile& file) {
    return search(file, release_in);
}

std::optional<std::string> LiveFiles::vm_banner(const MappedFile& file) {
    return search(file, vm_banner_in);
}

}  // namespace nmtx
