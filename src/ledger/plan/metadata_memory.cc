#include "ledger/plan/metadata_memory.h"

#include <algorithm>
#include <string>

namespace nmtx {

MetadataMemory::MetadataMemory(TargetMemory& memory, TargetFiles& files, const Smaps& smaps)
    : memory_(memory), files_(files) {
    for (const Mapping& mapping : smaps.mappings) {
        if (!mapping.of_file() || mapping.protection.write || !mapping.protection.read) continue;
        pieces_.push_back(
            {std::string(mapping.name), mapping.range, mapping.inode, mapping.device, mapping.offset});
    }
}

std::size_t MetadataMemory::read(Address at, std::span<std::byte> into) {
    constexpr std::uint64_t page = 4096;
    std::size_t done = 0;
    while (done < into.size()) {
        const Address from = at + Bytes(done);
        const auto now = std::min<std::size_t>(into.size() - done, page - from.value % page);
        const auto piece = into.subspan(done, now);
        std::size_t got = memory_.read(from, piece);
        if (got < now) got = read_file(from, piece);
        done += got;
        if (got < now) break;
    }
    return done;
}

std::size_t MetadataMemory::read_file(Address at, std::span<std::byte> into) {
    const auto after =
        std::upper_bound(pieces_.begin(), pieces_.end(), at,
                         [](Address a, const MappedFile& piece) { return a < piece.first.begin; });
    if (after == pieces_.begin()) return 0;
    const MappedFile& piece = *std::prev(after);
    if (!piece.first.contains(Range{at, at + Bytes(into.size())})) return 0;
    return files_.read(piece, piece.offset + (at.value - piece.first.begin.value), into);
}

}  // namespace nmtx
