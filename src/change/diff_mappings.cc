// Mappings of one process in two snapshots. The same range of the same file is the same mapping; one that
// keeps its start or its end has grown or shrunk; all others are new or gone:
//
//   before   [ arena rw-p ][ ---p          ]      [ stack ]
//   after    [ arena rw-p      ][ ---p     ]                [ mapped ]
//              grown              shrunk            gone      new
#include <algorithm>
#include <map>
#include <tuple>

#include "change/diff_parts.h"

namespace nmtx {
namespace {

// Who holds most of each mapping's resident bytes, by the index of the mapping.
std::vector<std::string> owners_of(const Ledger& ledger, std::size_t mappings) {
    std::vector<std::map<OwnerId, Bytes>> sums(mappings);
    for (const Piece& piece : ledger.pieces) {
        if (piece.mapping < mappings) sums[piece.mapping][piece.claim.owner] += piece.resident;
    }
    std::vector<std::string> owners(mappings);
    for (std::size_t i = 0; i < mappings; ++i) {
        const auto most = std::max_element(sums[i].begin(), sums[i].end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most != sums[i].end()) owners[i] = ledger.owners.path(most->first);
    }
    return owners;
}

class JoinedMappings {
  public:
    JoinedMappings(const Moment& before, const Moment& after)
        : before_(before.view->smaps->mappings),
          after_(after.view->smaps->mappings),
          owners_before_(owners_of(*before.ledger, before_.size())),
          owners_after_(owners_of(*after.ledger, after_.size())),
          taken_(before_.size()),
          partner_(after_.size()) {}

    MappingChanges changes() {
        pair_by([](const Mapping& m) { return Key(m.range.begin, m.range.end, m.name); });
        pair_by([](const Mapping& m) { return Key(m.range.begin, Address{}, m.name); });
        pair_by([](const Mapping& m) { return Key(Address{}, m.range.end, m.name); });
        for (std::size_t i = 0; i < after_.size(); ++i) add(partner_[i], i);
        for (std::size_t i = 0; i < before_.size(); ++i) {
            if (!taken_[i]) add(i, std::nullopt);
        }
        std::stable_sort(changes_.mappings.begin(), changes_.mappings.end(),
                         [](const MappingChange& a, const MappingChange& b) {
                             return a.resident.change() > b.resident.change();
                         });
        return std::move(changes_);
    }

  private:
    using Key = std::tuple<Address, Address, std::string_view>;

    // Pairs what is left of both sides and has the same key.
    template <typename KeyOf>
    void pair_by(KeyOf key_of) {
        std::map<Key, std::size_t> left;
        for (std::size_t i = 0; i < before_.size(); ++i) {
            if (!taken_[i]) left.emplace(key_of(before_[i]), i);
        }
        for (std::size_t i = 0; i < after_.size(); ++i) {
            if (partner_[i]) continue;
            const auto found = left.find(key_of(after_[i]));
            if (found == left.end() || taken_[found->second]) continue;
            partner_[i] = found->second;
            taken_[found->second] = true;
        }
    }

    void add(std::optional<std::size_t> before, std::optional<std::size_t> after) {
        MappingChange change;
        const Mapping& shown = after ? after_[*after] : before_[*before];
        change.name = shown.name;
        change.protection = shown.protection;
        change.owner = after ? owners_after_[*after] : owners_before_[*before];
        if (before) {
            change.before = before_[*before].range;
            change.resident.before = before_[*before].rss;
        }
        if (after) {
            change.after = after_[*after].range;
            change.resident.after = after_[*after].rss;
        }
        change.fate = fate_of(change);
        if (change.fate == MappingFate::same && change.resident.change() == Delta{}) {
            ++changes_.unchanged;
        } else {
            changes_.mappings.push_back(std::move(change));
        }
    }

    static MappingFate fate_of(const MappingChange& change) {
        if (!change.before) return MappingFate::fresh;
        if (!change.after) return MappingFate::gone;
        if (*change.before == *change.after) return MappingFate::same;
        return change.before->size() < change.after->size() ? MappingFate::grown : MappingFate::shrunk;
    }

    const std::vector<Mapping>& before_;
    const std::vector<Mapping>& after_;
    std::vector<std::string> owners_before_, owners_after_;
    std::vector<bool> taken_;                          // of before_: has a partner
    std::vector<std::optional<std::size_t>> partner_;  // of after_: index into before_
    MappingChanges changes_;
};

}  // namespace

MappingChanges mapping_changes(const Moment& before, const Moment& after) {
    return JoinedMappings(before, after).changes();
}

}  // namespace nmtx
