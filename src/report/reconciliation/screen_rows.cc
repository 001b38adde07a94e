#include "report/reconciliation/screen_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/paths.h"
#include "base/printable.h"
#include "hotspot/nmt/nmt_missing.h"
#include "ledger/allocators.h"
#include "ledger/headline.h"
#include "ledger/owner_paths.h"
#include "report/parts/malloc_notes.h"

namespace nmtx {
namespace {

constexpr Bytes least_shown = kib(103);  // what is less is 0.1 MiB only by rounding up

constexpr std::string_view in_use = ", in use";

// "direct buffers 32.0, gc 4.1": as many as fit, the largest first.
std::string listed(std::vector<std::pair<std::string, Bytes>> items, std::size_t most) {
    std::stable_sort(items.begin(), items.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    std::size_t n = 0;
    for (const auto& [name, bytes] : items) {
        if (bytes < least_shown || n == most) break;
        text += fmt::format("{}{} {}", n++ == 0 ? "" : ", ", printable(name), in_mib(bytes));
    }
    return text;
}

Bytes sum_of(const std::vector<ScreenRow>& rows) {
    Bytes sum;
    for (const ScreenRow& row : rows) sum += row.resident;
    return sum;
}

void sort_by_size(std::vector<ScreenRow>& rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const ScreenRow& a, const ScreenRow& b) { return a.resident > b.resident; });
}

class ScreenRows {
  public:
    ScreenRows(const Moment& moment, bool all)
        : view_(*moment.view), ledger_(*moment.ledger), h_(headline_of(*moment.ledger)), all_(all) {}

    std::vector<ScreenRow> take() {
        add(jvm());
        add({"files", h_.files, files(), {}});
        add(malloc());
        add({std::string(name_of_native_stacks(view_)), h_.native_stacks, "", {}});
        add({"named mappings", h_.other, "", {}});
        sort_by_size(rows_);
        ScreenRow rest{"unexplained", h_.unexplained, "", {}};
        if (!all_) {
            small_ones(rest);
            if (rest.resident == Bytes()) return std::move(rows_);
        }
        rows_.push_back(std::move(rest));
        return std::move(rows_);
    }

  private:
    void add(ScreenRow row) {
        if (row.resident != Bytes()) rows_.push_back(std::move(row));
    }

    // Rows that are too small to be seen are joined, unless what is unexplained is not small.
    void small_ones(ScreenRow& rest) {
        const auto first = std::find_if(rows_.begin(), rows_.end(), [&](const ScreenRow& row) {
            return row.resident < least_shown || row.resident.value() < ledger_.rss.value() / 100;
        });
        if (first == rows_.end()) return;
        const std::vector<ScreenRow> small(first, rows_.end());
        rows_.erase(first, rows_.end());
        std::string names;
        for (const ScreenRow& row : small)
            names += fmt::format("{}{} {}", names.empty() ? "" : ", ", row.name, in_mib(row.resident));
        if (rest.resident >= least_shown) {
            rows_.push_back({"other", sum_of(small), names, {}});
            return;
        }
        if (rest.resident != Bytes()) names += ", unexplained " + in_mib(rest.resident);
        rest = {"other", rest.resident + sum_of(small), names, {}};
    }

    // The largest `most` and what is left of `whole`; with `all` every one.
    void fill(ScreenRow& row, std::vector<ScreenRow> parts, std::size_t most, std::string_view rest_name) {
        parts.erase(std::remove_if(parts.begin(), parts.end(),
                                   [](const ScreenRow& part) { return part.resident == Bytes(); }),
                    parts.end());
        sort_by_size(parts);
        std::vector<std::pair<std::string, Bytes>> left;
        for (ScreenRow& part : parts) {
            const bool large =
                part.resident >= least_shown && part.resident.value() >= ledger_.rss.value() / 100;
            if (all_ || (row.parts.size() < most && large)) {
                row.parts.push_back(std::move(part));
            } else {
                const std::size_t end = std::min(part.name.size(), part.name.rfind(in_use));
                left.emplace_back(part.name.substr(0, end), part.resident);
            }
        }
        const Bytes rest = minus_or_zero(row.resident, sum_of(row.parts));
        if (rest == Bytes()) return;
        if (row.parts.empty()) {
            if (row.remark.empty()) row.remark = listed(std::move(left), 4);
            return;
        }
        row.parts.push_back({std::string(rest_name), rest, listed(std::move(left), 4), {}});
    }

    ScreenRow jvm() {
        const std::string name = view_.vm == Vm::native_image ? "native image" : "JVM";
        ScreenRow row{view_.nmt ? "JVM (tracked by NMT)" : name, h_.jvm_mmap + h_.nmt_malloc, "", {}};
        std::vector<ScreenRow> parts;
        for (const Area& area : areas_of(ledger_)) {
            Bytes resident = area.resident;
            if (area.name == name_below(owner_path::java_heap, owner_path::jvm) &&
                h_.jvm_mmap_again != Bytes() && all_) {
                resident = minus_or_zero(resident, h_.jvm_mmap_again);
                parts.push_back({"Java heap, mapped again",
                                 h_.jvm_mmap_again,
                                 "the same pages through another view",
                                 {}});
            }
            parts.push_back({title_of_area(area.name), resident, area_remark(area), {}});
        }
        parts.push_back({"malloc", h_.nmt_malloc, malloc_remark(), {}});
        fill(row, std::move(parts), 3, "other");
        return row;
    }

    [[nodiscard]] std::string area_remark(const Area& area) const {
        std::string remark;
        if (area.name == "thread stack" && !area.parts.empty())
            remark = fmt::format("{} stack{}", area.parts.front()->pieces,
                                 area.parts.front()->pieces == 1 ? "" : "s");
        else if (area.committed && (all_ || area.name == "java heap"))
            remark = fmt::format("of {} committed", in_mib(*area.committed));
        if (!all_ && area.name == "java heap" && h_.jvm_mmap_again != Bytes())
            remark += fmt::format("{}{} mapped again", remark.empty() ? "" : ", ", in_mib(h_.jvm_mmap_again));
        if (area.estimated) remark += remark.empty() ? "split estimated" : ", split estimated";
        return remark;
    }

    // "arena chunk" of an owner's path: "Arena Chunk".
    [[nodiscard]] std::string as_nmt_prints(std::string_view name) const {
        for (const CategoryRow& category : ledger_.categories) {
            if (path_of_category(category.name).ends_with(name) && category.name.size() == name.size())
                return category.name;
        }
        return std::string(name);
    }

    // NMT counts what was asked for, touched or not: it may be more than is resident of malloc at all.
    [[nodiscard]] std::string malloc_remark() const {
        std::string text;
        if (ledger_.malloc.measured()) {
            std::vector<std::pair<std::string, Bytes>> categories;
            for (const Row& row : ledger_.rows) {
                const std::string_view name = name_below(row.path, owner_path::nmt_tracked);
                if (row.path == owner_path::nmt_tracked_other) {
                    categories.emplace_back("direct buffers and Unsafe", row.resident);
                } else if (!name.empty()) {
                    categories.emplace_back(as_nmt_prints(name), row.resident);
                }
            }
            text = listed(std::move(categories), all_ ? 3 : 2);
        }
        if (!ledger_.malloc.nmt) return text;
        const std::string nmt = in_mib(*ledger_.malloc.nmt);
        if (ledger_.malloc.measured()) {
            if (!all_) return text;
            return fmt::format("of {} allocated (NMT){}{}", nmt, text.empty() ? "" : "; ", text);
        }
        if (*ledger_.malloc.nmt == h_.nmt_malloc) return "NMT's count, estimated";
        return fmt::format("at most; NMT counts {}", nmt);
    }

    [[nodiscard]] std::string files() const {
        std::string text;
        for (const FileUse& file : files_by_size(ledger_, view_, 3))
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(base_name(file.name)),
                                in_mib(file.resident));
        return text;
    }

    // Who holds malloc memory that is in use, by the walk.
    void owners(std::vector<ScreenRow>& parts) const {
        for (const Row& row : ledger_.rows) {
            std::string_view name = name_below(row.path, owner_path::untracked);
            if (name.empty()) name = name_below(row.path, owner_path::live);
            if (name.empty()) continue;
            const bool unknown = name == "not attributed";
            parts.push_back({unknown ? "owner unknown, in use" : fmt::format("{}{}", printable(name), in_use),
                             row.resident,
                             blocks_of(unknown ? std::string_view() : name, row.resident),
                             {}});
        }
    }

    // "177,719 blocks of 1,016 bytes", where one size makes most of it; "mostly" where others are a
    // twentieth.
    [[nodiscard]] std::string blocks_of(std::string_view owner, Bytes whole) const {
        const MallocWalk* const walk = view_.walk();
        const UntrackedOwner* most = nullptr;
        for (const UntrackedOwner& entry : walk->untracked) {
            if (entry.owner != owner || entry.block == Bytes()) continue;
            if (most == nullptr || entry.chunks.resident > most->chunks.resident) most = &entry;
        }
        if (most == nullptr || most->chunks.resident.value() < whole.value() / 2) return "";
        const bool rest = most->chunks.resident.value() < whole.value() / 20 * 19;
        return fmt::format("{}{} block{} of {} bytes", rest ? "mostly " : "", grouped(most->chunks.blocks),
                           most->chunks.blocks == 1 ? "" : "s", grouped(most->block.value()));
    }

    ScreenRow malloc() {
        const MallocUse& use = ledger_.malloc;
        const bool jvm_known = use.nmt || use.measured();
        ScreenRow row{std::string(name_of_malloc_outside(view_, ledger_)), h_.malloc_outside, "", {}};
        if (use.parts && view_.walk() != nullptr && use.measured() == jvm_known) {
            const MallocParts& parts = *use.parts;
            std::vector<ScreenRow> rows;
            owners(rows);
            const std::size_t arenas = view_.walk()->arenas.size();
            rows.push_back({"freed but retained by glibc",
                            parts.free,
                            fmt::format("in {} arena{}", arenas, arenas == 1 ? "" : "s"),
                            {}});
            rows.push_back({"malloc's own overhead", parts.overhead, "", {}});
            rows.push_back(
                {"not analysed", parts.not_walked, "no chunk found there, or newer than the walk", {}});
            rows.push_back({other_allocator(), minus_or_zero(use.resident, parts.whole), "", {}});
            fill(row, std::move(rows), 3, "other");
            return row;
        }
        if (jvm_known) {
            row.remark = fmt::format("estimated: malloc {} less NMT's {}", in_mib(use.resident),
                                     in_mib(h_.nmt_malloc));
            return row;
        }
        const Bytes chunks = ledger_.resident_of(owner_path::mmapped_chunk);
        const Bytes arenas =
            ledger_.resident_of(owner_path::arena) + ledger_.resident_of(owner_path::main_arena);
        fill(row,
             {{"arenas", arenas, "not analysed", {}},
              {"large blocks (mmap)", chunks, "not analysed", {}},
              {other_allocator(), minus_or_zero(h_.malloc_outside, arenas + chunks), "", {}}},
             3, "other");
        return row;
    }

    // Its memory has no header that we know: it is the unclaimed memory.
    [[nodiscard]] std::string other_allocator() const {
        const std::string name = headerless_allocators(view_);
        return name.empty() ? "other allocator" : name;
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    const Headline h_;
    bool all_;
    std::vector<ScreenRow> rows_;
};

}  // namespace

std::vector<ScreenRow> screen_rows(const Moment& moment, bool all) {
    return ScreenRows(moment, all).take();
}

}  // namespace nmtx
