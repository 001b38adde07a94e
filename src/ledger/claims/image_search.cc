#include "ledger/claims/image_search.h"

#include <optional>

#include "base/pages.h"
#include "kernel/mappings/program_files.h"

namespace nmtx {
namespace {

// A JVM with its native code maps a hundred; each is opened.
constexpr std::size_t most_images = 1024;

std::uint64_t down_to_page(std::uint64_t n) {
    return n / small_page * small_page;
}

std::optional<std::uint64_t> up_to_page(std::uint64_t n) {
    if (n > ~std::uint64_t{0} - small_page) return std::nullopt;
    return down_to_page(n + small_page - 1);
}

// Where a segment ends, by the file's own addresses.
struct SegmentEnd {
    std::uint64_t of_file;
    std::uint64_t of_memory;
};
std::optional<SegmentEnd> end_of(const FileSegment& segment) {
    const std::uint64_t room = ~std::uint64_t{0} - segment.address;
    if (segment.memory_bytes > room || segment.file_bytes > segment.memory_bytes) return std::nullopt;
    const auto of_file = up_to_page(segment.address + segment.file_bytes);
    const auto of_memory = up_to_page(segment.address + segment.memory_bytes);
    if (!of_file || !of_memory) return std::nullopt;
    return SegmentEnd{*of_file, *of_memory};
}

// The image that begins with `first`, which is then a mapping of the first segment's beginning.
std::optional<LoadedImage> image_at(const Mapping& first, const std::vector<FileSegment>& segments) {
    if (segments.empty() || first.offset != down_to_page(segments.front().offset)) return std::nullopt;
    const std::uint64_t lowest = down_to_page(segments.front().address);
    const std::uint64_t begin = first.range.begin.value;
    std::uint64_t length = 0;
    std::uint64_t taken = lowest;
    LoadedImage image;
    for (const FileSegment& segment : segments) {
        const auto end = end_of(segment);
        if (!end || down_to_page(segment.address) < lowest || segment.address < taken) return std::nullopt;
        taken = segment.address + segment.memory_bytes;
        length = std::max(length, end->of_memory - lowest);
        if (length > ~std::uint64_t{0} - begin) return std::nullopt;
        if (segment.writable && end->of_memory > end->of_file)
            image.bss.push_back(range_of(begin + (end->of_file - lowest), begin + (end->of_memory - lowest)));
    }
    image.range = range_of(begin, begin + length);
    if (image.range.empty()) return std::nullopt;
    return image;
}

// A mapping of the file that no loader made (somebody reads it) has nothing executable where the segments
// say.
bool is_loaded(const Smaps& smaps, std::size_t first, const LoadedImage& image) {
    const Mapping& begin = smaps.mappings[first];
    for (std::size_t i = first; i < smaps.mappings.size(); ++i) {
        const Mapping& mapping = smaps.mappings[i];
        if (mapping.range.begin >= image.range.end) break;
        const bool same = mapping.inode == begin.inode && mapping.device == begin.device;
        if (same && mapping.protection.execute) return true;
    }
    return false;
}

}  // namespace

MappedFile mapped_file(const Mapping& mapping) {
    MappedFile file;
    file.path = std::string(mapping.name);
    file.first = mapping.range;
    file.inode = mapping.inode;
    file.device = mapping.device;
    file.offset = mapping.offset;
    return file;
}

LoadedImages find_loaded_images(const Smaps& smaps, TargetFiles& files) {
    LoadedImages found;
    const std::optional<LoadedImages> unknown;
    const ProgramFiles programs(smaps, unknown);
    Address known_to;
    std::size_t asked = 0;
    for (std::size_t i = 0; i < smaps.mappings.size() && asked < most_images; ++i) {
        const Mapping& mapping = smaps.mappings[i];
        if (mapping.inode == 0 || mapping.range.begin < known_to || !programs.executed(mapping)) continue;
        // What does not begin a file's image does not begin one.
        if (i > 0 && smaps.mappings[i - 1].inode == mapping.inode &&
            smaps.mappings[i - 1].range.end == mapping.range.begin && mapping.offset != 0)
            continue;
        ++asked;
        auto image = image_at(mapping, files.segments(mapped_file(mapping)));
        if (!image || !is_loaded(smaps, i, *image)) continue;
        known_to = image->range.end;
        found.images.push_back(std::move(*image));
    }
    return found;
}

}  // namespace nmtx
