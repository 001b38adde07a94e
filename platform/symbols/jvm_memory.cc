#include "platform/symbols/jvm_memory.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/lines.h"
#include "kernel/mappings/mapping_header.h"
#include "platform/os/page_size.h"
#include "platform/proc/mapped_file.h"

namespace nmtx {

JvmMemory::JvmMemory(const ProcessFiles& process, PageResidency residency, std::string_view maps)
    : process_(process), residency_(std::move(residency)) {
    take_maps(maps);
}

void JvmMemory::take_maps(std::string_view maps) {
    std::vector<Piece> before = std::exchange(pieces_, {});
    auto old = before.begin();  // both ascend
    for (Lines lines(maps); lines.next();) {
        Mapping mapping;
        if (!read_mapping_header(lines.line(), mapping) || !mapping.of_file() || mapping.protection.write ||
            !mapping.protection.read)
            continue;
        Piece piece{{std::string(mapping.name), mapping.range, mapping.inode, mapping.device, mapping.offset},
                    {},
                    false};
        while (old != before.end() && old->file.first.begin < piece.file.first.begin) ++old;
        const bool same = old != before.end() && is_same_mapping(old->file, piece.file);
        pieces_.push_back(same ? std::move(*old) : std::move(piece));
    }
}

std::size_t JvmMemory::read(Address at, std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const Address from = at + Bytes(done);
        const std::size_t page = page_size();
        const std::size_t now = std::min<std::size_t>(into.size() - done, page - from.value % page);
        const auto piece = into.subspan(done, now);
        const auto runs = residency_.runs({from, from + Bytes(now)});
        std::size_t got = 0;
        if (runs.size() == 1 && runs[0].begin == from && runs[0].size() == Bytes(now)) {
            const iovec local{piece.data(), now};
            // An address of the target, never followed here.
            // NOLINTNEXTLINE(performance-no-int-to-ptr)
            const iovec remote{reinterpret_cast<void*>(from.value), now};
            const ssize_t read =
                ::process_vm_readv(static_cast<pid_t>(process_.pid()), &local, 1, &remote, 1, 0);
            got = read <= 0 ? 0 : static_cast<std::size_t>(read);
        } else {
            got = read_file(from, piece);
        }
        done += got;
        if (got < now) break;
    }
    return done;
}

std::size_t JvmMemory::read_file(Address at, std::span<std::byte> into) {
    const auto after =
        std::upper_bound(pieces_.begin(), pieces_.end(), at,
                         [](Address a, const Piece& piece) { return a < piece.file.first.begin; });
    if (after == pieces_.begin()) return 0;
    Piece& piece = *std::prev(after);
    const Range wanted{at, at + Bytes(into.size())};
    if (!piece.file.first.contains(wanted)) return 0;
    if (!piece.tried) {
        piece.tried = true;
        piece.opened = open_mapped_file(process_, piece.file);
    }
    if (!piece.opened) return 0;
    const std::uint64_t offset = piece.file.offset + (at.value - piece.file.first.begin.value);
    const ssize_t read = ::pread(piece.opened.get(), into.data(), into.size(), static_cast<off_t>(offset));
    return read <= 0 ? 0 : static_cast<std::size_t>(read);
}

}  // namespace nmtx
