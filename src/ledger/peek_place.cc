#include "ledger/peek_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/paths.h"

namespace nmtx {
namespace {

tl::unexpected<Error> not_mapped(const std::vector<Piece>& pieces, Address address) {
    const auto behind = std::upper_bound(pieces.begin(), pieces.end(), address,
                                         [](Address a, const Piece& piece) { return a < piece.range.begin; });
    std::string hint = "see what is mapped: nmtx PID --maps";
    if (behind != pieces.begin()) {
        const Range below = std::prev(behind)->range;
        hint = fmt::format("below it {:x}-{:x} is mapped; all: nmtx PID --maps", below.begin.value,
                           below.end.value);
    } else if (behind != pieces.end()) {
        hint =
            fmt::format("the first that is mapped is {:x}; all: nmtx PID --maps", behind->range.begin.value);
    }
    return failure(fmt::format("{:x}", address.value), "nothing is mapped there", std::move(hint));
}

}  // namespace

Expected<PeekPlace> peek_place(const Moment& moment, Address address) {
    const Piece* const at = moment.ledger->piece_at(address);
    if (at == nullptr) return not_mapped(moment.ledger->pieces, address);
    const Piece& piece = *at;
    PeekPlace place;
    place.range = piece.range;
    place.mapping = &moment.view->smaps->mappings[piece.mapping];
    place.owner = moment.ledger->owners.path(piece.claim.owner);
    if (piece.claim.evidence != Evidence::none) place.evidence = name_of(piece.claim.evidence);
    place.estimated = piece.claim.estimated;
    place.resident = piece.resident;
    return place;
}

PointerMap pointer_map(const Moment& moment, Range itself) {
    PointerMap map;
    std::unordered_map<std::string, std::uint32_t> known;
    const auto index_of = [&](std::string name) {
        const auto [it, fresh] = known.try_emplace(name, static_cast<std::uint32_t>(map.names.size()));
        if (fresh) map.names.push_back(std::move(name));
        return it->second;
    };
    if (!itself.empty()) map.ranges.push_back({itself, index_of("itself")});
    std::string_view library;
    for (const Piece& piece : moment.ledger->pieces) {
        const Mapping& mapping = moment.view->smaps->mappings[piece.mapping];
        if (mapping.of_file()) library = base_name(mapping.name);
        if (mapping.protection.none() || piece.range == itself) continue;
        const std::string& owner = moment.ledger->owners.path(piece.claim.owner);
        std::string name = owner;
        if (mapping.of_file()) {
            name = base_name(mapping.name);
        } else if (owner.ends_with("/bss")) {
            name = library;
        }
        const std::uint32_t index = index_of(std::move(name));
        if (!map.ranges.empty() && map.ranges.back().value == index &&
            map.ranges.back().range.end == piece.range.begin) {
            map.ranges.back().range.end = piece.range.end;
        } else {
            map.ranges.push_back({piece.range, index});
        }
    }
    normalise(map.ranges);
    return map;
}

}  // namespace nmtx
