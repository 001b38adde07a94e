#include "findings/figures/memory_in_files.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "ledger/mapping_owner.h"

namespace nmtx {

Bytes memory_in_files(const Moment& moment) {
    constexpr std::array owners{std::string_view("file/memfd"), std::string_view("file/shared memory"),
                                std::string_view("file/deleted"), std::string_view("file/device")};
    if (!moment.view->smaps) return {};
    const auto& mappings = moment.view->smaps->mappings;
    Bytes sum, data, copied, of_shmem;
    for (const Piece& piece : moment.ledger->pieces) {
        if (piece.mapping >= mappings.size()) continue;
        const std::string& path = moment.ledger->owners.path(piece.claim.owner);
        const Mapping& mapping = mappings[piece.mapping];
        if (std::find(owners.begin(), owners.end(), path) != owners.end()) sum += piece.resident;
        if (path == "file/mapped data") {
            data += piece.resident;
            copied += std::min(mapping.anonymous, piece.resident);
        }
        const FileKind kind = file_kind(mapping.name, false, {});
        if (kind == FileKind::memfd || kind == FileKind::shared_memory) of_shmem += piece.resident;
    }
    const auto& status = moment.view->status;
    const Bytes on_tmpfs =
        status && status->rss_shmem ? minus_or_zero(*status->rss_shmem, of_shmem) : Bytes();
    return sum + std::min(data, copied + on_tmpfs);
}

}  // namespace nmtx
