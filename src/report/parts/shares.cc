#include "report/parts/shares.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "base/printable.h"
#include "hotspot/nmt/nmt_missing.h"
#include "ledger/allocators.h"
#include "ledger/headline.h"
#include "ledger/owner_paths.h"
#include "report/parts/malloc_notes.h"
#include "report/style/style.h"

namespace nmtx {
namespace {

class Shares {
  public:
    Shares(const Moment& moment, std::size_t room)
        : view_(*moment.view), ledger_(*moment.ledger), h_(headline_of(*moment.ledger)), room_(room) {}

    std::vector<Share> take() {
        jvm();
        share("files", h_.files);
        for (const FileUse& file : files_by_size(ledger_, view_, 2))
            of_it(file.path.substr(5), file.resident, printable(base_name(file.name)));
        malloc();
        share(std::string(name_of_native_stacks(view_)), h_.native_stacks);
        share("named mappings", h_.other);
        // Nothing is left of a share that has no bytes, nor of its parts.
        shares_.erase(std::remove_if(shares_.begin(), shares_.end(),
                                     [](const Share& s) { return s.resident == Bytes(); }),
                      shares_.end());
        share("unexplained", h_.unexplained);
        return std::move(shares_);
    }

  private:
    void share(std::string name, Bytes resident) { shares_.push_back({std::move(name), resident, {}}); }
    void of_it(std::string name, Bytes resident, std::string remark) {
        if (resident != Bytes())
            shares_.back().parts.push_back({std::move(name), resident, std::move(remark)});
    }

    void jvm() {
        const std::string name = view_.vm == Vm::native_image ? "native image" : "JVM";
        share(view_.nmt ? "JVM (tracked by NMT)" : name, h_.jvm_mmap + h_.nmt_malloc);
        of_it("mmap, resident", minus_or_zero(h_.jvm_mmap, h_.jvm_mmap_again), committed_remark());
        of_it("Java heap, mapped again", h_.jvm_mmap_again, "the same pages through another view");
        of_it("malloc", h_.nmt_malloc, malloc_remark());
    }

    void malloc() {
        const bool told_apart = ledger_.malloc.nmt || ledger_.malloc.measured();
        share(std::string(name_of_malloc_outside(view_, ledger_)), h_.malloc_outside);
        if (h_.malloc_outside == Bytes()) return;
        if (const MallocUse& use = ledger_.malloc; use.parts && use.measured() == told_apart) {
            parts_of_malloc(*use.parts);
            of_it(other_allocator(), minus_or_zero(use.resident, use.parts->whole), "");
            return;
        }
        if (told_apart) {
            of_it("all of malloc, resident", ledger_.malloc.resident,
                  fmt::format("less the {} above", in_mib(h_.nmt_malloc)));
            return;
        }
        const Bytes chunks = ledger_.resident_of(owner_path::mmapped_chunk);
        const Bytes arenas =
            ledger_.resident_of(owner_path::arena) + ledger_.resident_of(owner_path::main_arena);
        of_it("arenas", arenas, "");
        of_it("large blocks (mmap)", chunks, "");
        of_it(other_allocator(), minus_or_zero(h_.malloc_outside, arenas + chunks), "");
    }

    // Its memory has no header that we know: it is the unclaimed memory.
    [[nodiscard]] std::string other_allocator() const {
        const std::string name = headerless_allocators(view_);
        return name.empty() ? "other allocator" : name;
    }

    void parts_of_malloc(const MallocParts& parts) {
        const MallocWalk& walk = *view_.walk();
        of_it("in use", parts.untracked, largest_remark(walk, room_));
        of_it("freed but retained by glibc", parts.free,
              fmt::format("in {} arena{}", walk.arenas.size(), walk.arenas.size() == 1 ? "" : "s"));
        of_it("malloc's own overhead", parts.overhead, "");
        of_it("not analysed", parts.not_walked, "no chunk found there, or newer than the walk");
    }

    // NMT counts what was asked for, touched or not: it may be more than is resident of malloc at all.
    [[nodiscard]] std::string malloc_remark() const {
        if (!ledger_.malloc.nmt) return "";
        if (ledger_.malloc.measured())
            return fmt::format("resident, of {} allocated (NMT)", in_mib(*ledger_.malloc.nmt));
        if (*ledger_.malloc.nmt == h_.nmt_malloc) return "NMT's count";
        return fmt::format("at most; NMT counts {}", in_mib(*ledger_.malloc.nmt));
    }

    [[nodiscard]] std::string committed_remark() const {
        if (!view_.nmt || missing_categories(*view_.nmt)) return "";
        Bytes committed;
        for (const CategoryRow& row : ledger_.categories) committed += row.mmap_committed;
        return fmt::format("of {} committed", in_mib(committed));
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    const Headline h_;
    std::size_t room_;
    std::vector<Share> shares_;
};

}  // namespace

std::vector<Share> shares_of(const Moment& moment, std::size_t room) {
    return Shares(moment, room).take();
}

}  // namespace nmtx
