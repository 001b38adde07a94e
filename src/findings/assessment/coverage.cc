#include "findings/assessment/coverage.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// What is resident of the JVM's areas, by NMT category; "" for areas that are not one category's.
struct JvmAreas {
    std::map<std::string, Bytes> known, estimated;
    Bytes all_estimated;  // of both, and of the tables
    // In rows of System.map that hold others' memory, too: what is committed has room for either.
    Bytes joined;
    // Of no category: the collector's tables, known and by their size; the class space of JDK 8 and 11.
    Bytes known_tables, tables, known_class_space;
};

JvmAreas areas_of_jvm(const Ledger& ledger) {
    JvmAreas areas;
    for (const Piece& piece : ledger.pieces) {
        const OwnerId owner = piece.claim.owner;
        const std::string& path = ledger.owners.path(owner);
        if (piece.resident == Bytes() || !is_below(path, owner_path::jvm)) continue;
        const std::string& category = ledger.owners.nmt_category(owner);
        if (piece.claim.estimated && piece.claim.evidence == Evidence::system_map && !category.empty()) {
            areas.joined += piece.resident;
            continue;
        }
        if (piece.claim.estimated) areas.all_estimated += piece.resident;
        if (!category.empty()) {
            (piece.claim.estimated ? areas.estimated : areas.known)[category] += piece.resident;
        } else if (piece.claim.estimated) {
            const bool table = piece.claim.evidence == Evidence::table_size;
            (table ? areas.tables : areas.estimated[category]) += piece.resident;
        } else if (path == "jvm/gc") {
            areas.known_tables += piece.resident;
        } else if (path == "jvm/class space") {
            areas.known_class_space += piece.resident;
        }
    }
    return areas;
}

// Of the estimated areas, what NMT's committed memory bears out. A category whose place is known has no room
// for memory that lies elsewhere. What has the size of a collector's table may be the collector's; what has
// only the layout of one may be metaspace: others reserve and commit in the same way, and what the collector
// has committed may lie untouched elsewhere.
Bytes borne_out_by_nmt(const Moment& moment, const JvmAreas& areas) {
    if (!moment.view->nmt || moment.view->nmt_from_file) return {};
    Bytes for_tables, for_metaspace, borne_out;
    const auto& categories = moment.ledger->categories;
    const bool split = std::any_of(categories.begin(), categories.end(),
                                   [](const CategoryRow& category) { return category.name == "Metaspace"; });
    for (const CategoryRow& category : categories) {
        const auto known = areas.known.find(category.name);
        const auto estimated = areas.estimated.find(category.name);
        const Bytes taken = known == areas.known.end() ? Bytes() : known->second;
        const Bytes left = minus_or_zero(category.mmap_committed, taken);
        if (estimated != areas.estimated.end()) {
            borne_out += std::min(estimated->second, left);
        } else if (known != areas.known.end()) {
            continue;
        } else if (category.name == "GC" || category.name == "Unknown") {
            for_tables += left;
        } else if (category.name == (split ? "Metaspace" : "Class")) {
            for_metaspace += left;
        }
    }
    borne_out += std::min(areas.tables, minus_or_zero(for_tables, areas.known_tables));
    const auto shapes = areas.estimated.find("");
    if (shapes != areas.estimated.end())
        borne_out += std::min(shapes->second, minus_or_zero(for_metaspace, areas.known_class_space));
    return borne_out;
}

Bytes estimated_of_jvm(const Moment& moment) {
    const JvmAreas areas = areas_of_jvm(*moment.ledger);
    // No committed figure shows how a mapping's residency is divided among its pieces.
    const Bytes by_size = std::min(moment.ledger->estimated, areas.all_estimated);
    const Bytes provable = minus_or_zero(areas.all_estimated, by_size);
    const Bytes borne_out = borne_out_by_nmt(moment, areas);
    return areas.joined + by_size + minus_or_zero(provable, borne_out);
}

// Neither the JVM's nor malloc's.
Bytes estimated_of_others(const Ledger& ledger) {
    Bytes sum;
    for (const Piece& piece : ledger.pieces) {
        if (!piece.claim.estimated || piece.claim.owner == unexplained_owner) continue;
        const std::string& path = ledger.owners.path(piece.claim.owner);
        if (!is_below(path, owner_path::jvm) && !is_below(path, owner_path::malloc)) sum += piece.resident;
    }
    return sum;
}

void cover_malloc(const Moment& moment, Coverage& coverage) {
    const MallocUse& use = moment.ledger->malloc;
    if (use.parts) {
        const Bytes walked = std::min(use.parts->whole, use.resident);
        coverage.walk_missed = std::min(use.parts->not_walked, walked);
        coverage.other_allocator = minus_or_zero(use.resident, walked);
        return;
    }
    // NMT counts what was asked for, and not how much of it is resident.
    const Bytes counted = moment.view->nmt_from_file ? Bytes() : use.nmt_resident();
    coverage.estimated += counted;
    const Bytes glibc = moment.ledger->resident_of(owner_path::arena) +
                        moment.ledger->resident_of(owner_path::main_arena) +
                        moment.ledger->resident_of(owner_path::mmapped_chunk);
    const Bytes others = minus_or_zero(use.resident, glibc);
    const Bytes rest = minus_or_zero(use.resident, counted);
    coverage.other_allocator = std::min(others, rest);
    coverage.no_walk = minus_or_zero(rest, coverage.other_allocator);
}

}  // namespace

Coverage coverage_of(const Moment& moment) {
    Coverage coverage;
    Bytes left = moment.ledger->rss;
    // One after the other from what is left, so that they sum to RSS whatever a made ledger says.
    const auto take = [&](Bytes wanted) {
        const Bytes taken = std::min(wanted, left);
        left = minus_or_zero(left, taken);
        return taken;
    };
    coverage.unexplained = take(moment.ledger->unexplained);
    cover_malloc(moment, coverage);
    coverage.other_allocator = take(coverage.other_allocator);
    coverage.no_walk = take(coverage.no_walk);
    coverage.walk_missed = take(coverage.walk_missed);
    coverage.not_examined = coverage.other_allocator + coverage.no_walk + coverage.walk_missed;
    coverage.estimated =
        take(coverage.estimated + estimated_of_jvm(moment) + estimated_of_others(*moment.ledger));
    coverage.accounted = left;
    return coverage;
}

// By the largest remainders.
CoveragePercent percent_of(const Coverage& coverage) {
    constexpr std::uint64_t hundredths = 10'000;
    const std::array parts{coverage.accounted, coverage.estimated, coverage.unexplained,
                           coverage.not_examined};
    const auto whole = static_cast<long double>(coverage.all().value());
    if (coverage.all() == Bytes()) return {0, 0, 0, 100};
    std::array<std::uint64_t, 4> shares{};
    std::array<std::pair<long double, std::size_t>, 4> remainders;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const long double exact = static_cast<long double>(parts[i].value()) / whole * hundredths;
        shares[i] = static_cast<std::uint64_t>(exact);
        remainders[i] = {exact - static_cast<long double>(shares[i]), i};
    }
    std::sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::uint64_t sum = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
    for (std::size_t i = 0; sum < hundredths; ++i, ++sum) ++shares[remainders[i % 4].second];
    const auto percent = [&](std::size_t i) { return static_cast<double>(shares[i]) / 100; };
    return {percent(0), percent(1), percent(2), percent(3)};
}

}  // namespace nmtx
