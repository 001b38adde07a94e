#include "platform/symbols/unwind_files.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/lines.h"
#include "kernel/mappings/mapping_header.h"
#include "platform/os/page_size.h"
#include "platform/proc/mapped_file.h"

namespace nmtx {
namespace {

constexpr std::string_view vdso = "[vdso]";
constexpr std::uint64_t unwind_block_bytes = 16384;

// The last that begins at or before the address; null where none holds it.
template <typename Piece, typename RangeOf>
const Piece* holding(std::span<const Piece> pieces, Address address, RangeOf range_of) {
    const auto after =
        std::upper_bound(pieces.begin(), pieces.end(), address,
                         [&](Address a, const Piece& piece) { return a < range_of(piece).begin; });
    if (after == pieces.begin()) return nullptr;
    const Piece& piece = *std::prev(after);
    return range_of(piece).contains(address) ? &piece : nullptr;
}

}  // namespace

Descriptor own_vdso() {
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* const image = reinterpret_cast<const std::byte*>(::getauxval(AT_SYSINFO_EHDR));
    if (image == nullptr) return {};
    Elf64_Ehdr header{};
    std::memcpy(&header, image, sizeof header);
    const std::size_t bytes = header.e_shoff + std::size_t{header.e_shnum} * header.e_shentsize;
    Descriptor file(::memfd_create("vdso", MFD_CLOEXEC));
    if (!file || ::pwrite(file.get(), image, bytes, 0) != static_cast<ssize_t>(bytes)) return {};
    return file;
}

std::vector<MappedFile> mapped_code(std::string_view maps) {
    std::vector<MappedFile> code;
    for (Lines lines(maps); lines.next();) {
        Mapping mapping;
        if (!read_mapping_header(lines.line(), mapping) || !mapping.protection.execute) continue;
        if (!mapping.of_file() && mapping.name != "[vdso]") continue;
        code.push_back(
            {std::string(mapping.name), mapping.range, mapping.inode, mapping.device, mapping.offset});
    }
    return code;
}

const MappedFile* code_at(std::span<const MappedFile> code, Address address) {
    return holding(code, address, [](const MappedFile& file) { return file.first; });
}

UnwindFiles::UnwindFiles(const ProcessFiles& process, std::span<const MappedFile> code)
    : code_(code), files_(code.size()) {
    for (std::size_t i = 0; i < code.size(); ++i) take(process, code[i], i);
    std::sort(pieces_.begin(), pieces_.end(),
              [](const Piece& a, const Piece& b) { return a.range.begin < b.range.begin; });
}

void UnwindFiles::take(const ProcessFiles& process, const MappedFile& code, std::size_t index) {
    Descriptor file = code.path == vdso ? own_vdso() : open_mapped_file(process, code);
    if (!file) return;
    auto image = read_elf_image(file.get());
    if (!image) return;
    const auto begins = image->address_of(code.offset, page_size());
    if (!begins || code.first.begin.value < *begins) return;
    const std::uint64_t bias = code.first.begin.value - *begins;
    for (const FileSegment& segment : image->segments) {
        const Address begin{bias + segment.address};
        const Range range{begin, begin + Bytes(segment.file_bytes)};
        if (range.begin < range.end) pieces_.push_back({range, index, segment.offset, segment.writable});
    }
    files_[index] = File{std::move(file), std::move(*image), bias, {}};
}

const MappedFile* UnwindFiles::code_at(Address address) const {
    return nmtx::code_at(code_, address);
}

const std::vector<std::byte>& UnwindFiles::block(File& file, std::uint64_t offset) {
    auto& bytes = file.blocks[offset];
    if (bytes.empty()) {
        bytes.resize(unwind_block_bytes);
        // What cannot be read, or lies behind the end of the file, is zero.
        if (::pread(file.file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) < 0)
            bytes.assign(unwind_block_bytes, std::byte{});
    }
    return bytes;
}

std::optional<std::uint64_t> UnwindFiles::word_at(Address address, Use use) {
    const Piece* const piece =
        holding(std::span<const Piece>(pieces_), address, [](const Piece& one) { return one.range; });
    if (piece == nullptr || (piece->writable && use != Use::of_table)) return std::nullopt;
    File& file = *files_[piece->file];
    std::uint64_t offset = piece->offset + (address.value - piece->range.begin.value);
    std::uint64_t left =
        std::min<std::uint64_t>(piece->range.end.value - address.value, sizeof(std::uint64_t));
    std::uint64_t word = 0;
    auto* into = reinterpret_cast<std::byte*>(&word);
    while (left > 0) {
        const std::uint64_t within = offset % unwind_block_bytes,
                            now = std::min(left, unwind_block_bytes - within);
        std::memcpy(into, block(file, offset - within).data() + within, now);
        into += now;
        offset += now;
        left -= now;
    }
    return word;
}

// Version 1; the pointer to .eh_frame relative and of 4 bytes, the count of 4 bytes, the table relative to
// the header and of 4 bytes: what ld, gold, lld and mold write.
std::optional<UnwindTable> UnwindFiles::table_of(Address code) {
    const MappedFile* const mapped = code_at(code);
    if (mapped == nullptr) return std::nullopt;
    const auto& file = files_[static_cast<std::size_t>(mapped - code_.data())];
    if (!file || !file->image.unwind_header) return std::nullopt;
    const Address header{file->bias + *file->image.unwind_header};
    const auto first = word_at(header, Use::of_table), second = word_at(header + Bytes(8), Use::of_table);
    constexpr std::uint64_t form = 0x3b031b01;
    if (!first || !second || (*first & 0xffffffff) != form) return std::nullopt;
    return UnwindTable{header, header + Bytes(12), *second & 0xffffffff};
}

}  // namespace nmtx
