#include "findings/figures/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "findings/knowledge/known_bugs.h"
#include "kernel/containers/cgroup_bound.h"
#include "ledger/owner_paths.h"
#include "process/jvm_flag.h"

namespace nmtx {
namespace {

constexpr std::uint64_t page_table_share = 512;  // 8 bytes for each page of 4 KiB
constexpr Bytes kernel_stack = kib(16);          // of a thread, x86-64

// By how much of a heap that is larger the collector's tables are larger: what NMT's GC reserves for 2 GiB
// less what it reserves for 1 GiB, the most of 8, 11, 17, 21, 25 and 28. Beside that G1 has its mark stack
// (-XX:MarkStackSize of 4 Mi entries), whatever the heap: mapped at the start, on 28 by the first concurrent
// marking, and hardly touched.
struct TableShare {
    std::string_view gc;
    double of_heap;
    Bytes fixed;
};
constexpr std::array table_shares{TableShare{"Serial", 0.0034, {}}, TableShare{"Parallel", 0.0366, {}},
                                  TableShare{"G1", 0.0373, mib(32)}, TableShare{"Shenandoah", 0.0626, {}}};

Bytes share(Bytes whole, std::uint64_t percent) {
    return Bytes((whole.value() / 100 + 1) * percent);
}

std::string mib_text(Bytes bytes) {
    return fmt::format("{:.1f}", static_cast<double>(bytes.value()) / 1024 / 1024);
}

class Fitting {
  public:
    Fitting(const Moment& moment, Fit& fit) : view_(*moment.view), ledger_(*moment.ledger), fit_(fit) {}

    void fit() {
        heap_ = ledger_.resident_of(owner_path::java_heap);
        non_heap_ = minus_or_zero(ledger_.rss_true(), heap_);
        fit_.max_heap_now = size_flag(view_, "MaxHeapSize");
        if (view_.heap_info) fit_.heap_used = view_.heap_info->used();
        resident();
        peak();
        committed();
        gc_tables();
        threads();
        kernel();
        others();
        headroom();
        divide();
        notes();
    }

  private:
    void line(std::string_view name, Bytes bytes, std::string how) {
        if (bytes == Bytes()) return;
        fit_.lines.push_back({name, bytes, std::move(how)});
        fit_.taken += bytes;
    }

    void resident() {
        line("resident outside the heap", non_heap_,
             fmt::format("RSS {} minus {} of the Java heap", mib_text(ledger_.rss_true()), mib_text(heap_)));
    }

    // What the peak was made of is not known.
    void peak() {
        if (!view_.status || !view_.status->vm_hwm || ledger_.mapped_again != Bytes()) return;
        const Bytes now = std::max(view_.status->vm_rss.value_or(Bytes()), ledger_.rss);
        const Bytes above = minus_or_zero(*view_.status->vm_hwm, now);
        line("peak RSS", above,
             fmt::format("VmHWM {}: above the present RSS, counted as outside the heap",
                         mib_text(*view_.status->vm_hwm)));
    }

    // Stacks and the collector's tables have lines of their own; the CDS archive is pages of a file.
    void committed() {
        Bytes untouched;
        for (const CategoryRow& row : ledger_.categories) {
            constexpr std::array others{"Java Heap", "GC", "Thread", "Thread Stack", "Shared class space"};
            if (std::find(others.begin(), others.end(), row.name) != others.end() || !row.resident) continue;
            untouched += minus_or_zero(row.mmap_committed, *row.resident);
        }
        line("committed, not touched", untouched, "NMT: metaspace, class space, code cache and others");
        if (ledger_.malloc.nmt && ledger_.malloc.measured())
            line("malloc, not touched", minus_or_zero(*ledger_.malloc.nmt, ledger_.malloc.nmt_resident()),
                 "NMT's malloc minus its resident part");
    }

    // Reserved for the heap at its largest, and touched as the heap is. ZGC reserves far more than it can
    // use.
    void gc_tables() {
        const CategoryRow* gc = ledger_.category("GC");
        if (gc == nullptr) return;
        const Bytes resident = gc->resident.value_or(ledger_.resident_maybe_of(owner_path::gc) +
                                                     ledger_.resident_maybe_of(owner_path::gc_card_set));
        const std::string gc_name = view_.gc();
        const auto* const known = std::find_if(table_shares.begin(), table_shares.end(),
                                               [&](const TableShare& table) { return table.gc == gc_name; });
        const bool is_known = known != table_shares.end();
        Bytes most = gc->mmap_reserved;
        if (!fit_.max_heap_now || most.value() > fit_.max_heap_now->value() / 2) most = gc->mmap_committed;
        if (is_known && most > known->fixed) most = minus_or_zero(most, known->fixed);
        line("GC tables", minus_or_zero(most, resident),
             fmt::format("{} for a full heap minus {} resident", mib_text(most), mib_text(resident)));
        if (!fit_.max_heap_now || *fit_.max_heap_now == Bytes()) return;
        gc_share_ = static_cast<double>(most.value()) / static_cast<double>(fit_.max_heap_now->value());
        if (is_known) gc_share_ = std::min(gc_share_, known->of_heap);
    }

    void threads() {
        const std::uint64_t now = view_.status ? view_.status->threads : 0;
        if (now == 0) return;
        const Bytes stacks =
            ledger_.resident_of(owner_path::thread_stack) + ledger_.resident_below(owner_path::stack);
        const Bytes mean = Bytes(stacks.value() / now + 1);
        std::uint64_t more = now / 10 + 1;
        std::string why = "a tenth more";
        if (view_.perf) {
            const auto live = view_.perf->number("java.threads.live").value_or(0);
            const auto most = view_.perf->number("java.threads.livePeak").value_or(0);
            if (most > live && static_cast<std::uint64_t>(most - live) > more) {
                more = static_cast<std::uint64_t>(most - live);
                why = fmt::format("peak {} in Java", most);
            }
        }
        line("more threads", Bytes(more * (mean + kernel_stack).value()),
             fmt::format("{} beside {} ({}), {} KiB of stack each", more, now, why, mean.value() / 1024));
    }

    // A container's own figure has everything; a cgroup without a limit may be the whole machine's.
    void kernel() {
        if (view_.cgroup && view_.cgroup->limit && view_.cgroup->kernel) {
            line("kernel memory", *view_.cgroup->kernel,
                 "charged to the cgroup: page tables, stacks, caches");
            return;
        }
        if (!view_.status) return;
        const Bytes tables = view_.status->vm_pte.value_or(Bytes());
        line("kernel memory", tables + Bytes(view_.status->threads * kernel_stack.value()),
             fmt::format("page tables {} and {} stacks of 16 KiB", mib_text(tables), view_.status->threads));
    }

    // Below a limit above, such as a pod's, others use memory, too. The one that leaves the least counts.
    void others() {
        if (!fit_.limit_of_container) return;
        const auto own = used_of(*view_.cgroup, CgroupUse::kept);
        Bytes room = fit_.limit;
        std::string how;
        for (const CgroupMemory& above : view_.cgroup->above) {
            const auto used = used_of(above, CgroupUse::kept);
            if (!own || !used || !above.limit) {
                others_unknown_ = true;
                continue;
            }
            const Bytes of_others = minus_or_zero(*used, *own);
            const Bytes left = minus_or_zero(*above.limit, of_others);
            if (left >= room) continue;
            room = left;
            higher_limit_binds_ = *above.limit > fit_.limit;
            how = fmt::format("others use {} of the {} of a cgroup above, not counting page cache",
                              mib_text(of_others), mib_text(*above.limit));
            if (higher_limit_binds_)
                how += fmt::format(": that leaves {} less than the limit",
                                   mib_text(minus_or_zero(fit_.limit, room)));
        }
        line(other_cgroups, minus_or_zero(fit_.limit, room), std::move(how));
    }

    void headroom() {
        const Bytes of_limit = share(fit_.limit, 5), of_non_heap = share(non_heap_, 20);
        if (of_limit >= of_non_heap) {
            line("headroom", of_limit, "5 % of the limit");
        } else {
            line("headroom", of_non_heap, "20 % of what is resident outside the heap");
        }
    }

    [[nodiscard]] static double with_page_tables() { return 1.0 + 1.0 / page_table_share; }

    void divide() {
        const auto left = static_cast<double>(minus_or_zero(fit_.limit, fit_.taken).value());
        double heap = left / with_page_tables();
        if (const auto now = fit_.max_heap_now;
            now && heap > static_cast<double>(now->value()) && gc_share_ > 0) {
            // A larger heap than the one that was measured has larger tables, too.
            const auto measured = static_cast<double>(now->value());
            heap = measured + (left - measured * with_page_tables()) / (with_page_tables() + gc_share_);
            add_tables(Bytes(static_cast<std::uint64_t>((heap - measured) * gc_share_) + 1));
        }
        const Bytes whole = mib(static_cast<std::uint64_t>(heap) / mib(1).value());
        if (whole >= least_heap) fit_.heap = whole;
        if (!fit_.max_heap_now || higher_limit_binds_) return;
        // What does not depend on the limit, and 5 % of it where that is the headroom.
        const FitLine& room = *std::find_if(fit_.lines.begin(), fit_.lines.end(),
                                            [](const FitLine& l) { return l.name == "headroom"; });
        const double fixed =
            static_cast<double>(minus_or_zero(fit_.taken, room.bytes + larger_tables_).value()) +
            static_cast<double>(fit_.max_heap_now->value()) * with_page_tables();
        const double needed =
            std::max(fixed / 0.95, fixed + static_cast<double>(share(non_heap_, 20).value()));
        fit_.limit_for_heap_now = mib(static_cast<std::uint64_t>(needed) / mib(1).value() + 1);
    }

    // Before the headroom, which stays the last line.
    void add_tables(Bytes bytes) {
        larger_tables_ = bytes;
        const std::string how = fmt::format("{:.1f} % of the growth beyond the present heap of {}",
                                            gc_share_ * 100, mib_text(*fit_.max_heap_now));
        fit_.lines.insert(fit_.lines.end() - 1, {"tables of a larger heap", bytes, how});
        fit_.taken += bytes;
    }

    void notes() {
        auto& notes = fit_.notes;
        if (fit_.heap && fit_.heap_used && *fit_.heap_used > *fit_.heap)
            notes.push_back(
                fmt::format("The heap uses {} MiB now, more than is left for it. With less, the JVM collects "
                            "more often or fails with OutOfMemoryError.",
                            mib_text(*fit_.heap_used)));
        notes.push_back(fmt::format(
            "Measured {:.0f} s after start. Re-run under peak load: later growth is not included.",
            view_.header.target_uptime_s));
        if (!view_.nmt)
            notes.emplace_back(
                "NMT is off, so memory that is committed but not yet touched is not included: "
                "restart with -XX:NativeMemoryTracking=summary.");
        if (!size_flag(view_, "MaxDirectMemorySize"))
            notes.emplace_back(
                "Direct buffers may grow as large as the heap: -XX:MaxDirectMemorySize limits them.");
        notes.emplace_back(
            "Other processes in the container are not included; nor is page cache, which is "
            "reclaimable.");
        if (others_unknown_)
            notes.emplace_back(
                "What other cgroups use of the limit of a cgroup above is unknown and not included.");
        if (ledger_.mapped_again != Bytes())
            notes.emplace_back("Peak RSS counts ZGC's heap several times, so it was not used.");
        add_bugs();
    }

    void add_bugs() {
        const auto feature = view_.java_feature();
        const auto bugs = bugs_of("Java Heap");
        const auto cgroup_v2 = std::find_if(bugs.begin(), bugs.end(),
                                            [](const KnownBug* bug) { return bug->id == "JDK-8230305"; });
        if (!feature || cgroup_v2 == bugs.end() || !affects(**cgroup_v2, *feature)) return;
        fit_.notes.push_back(
            fmt::format("Under cgroup v2, -XX:MaxRAMPercentage refers to the host's memory in JDK {} ({}): "
                        "use -Xmx there.",
                        affected_text(**cgroup_v2), (*cgroup_v2)->id));
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    Fit& fit_;
    Bytes heap_, non_heap_, larger_tables_;
    bool higher_limit_binds_ = false;  // than the lowest one
    bool others_unknown_ = false;
    double gc_share_ = 0;  // by which the collector's tables grow with the heap
};

}  // namespace

double Fit::percentage() const {
    if (!heap || limit == Bytes()) return 0;
    return std::floor(static_cast<double>(heap->value()) * 1000 / static_cast<double>(limit.value())) / 10;
}

Expected<Fit> fit_heap(const Moment& moment, std::optional<Bytes> limit) {
    const std::string where = fmt::format("pid {}", moment.view->header.pid);
    if (moment.view->vm != Vm::hotspot)
        return failure(where, "is not a HotSpot JVM, so it has no Java heap to size",
                       "list the JVMs: nmtx list");
    const auto has_heap = std::any_of(moment.ledger->rows.begin(), moment.ledger->rows.end(),
                                      [](const Row& row) { return row.path == owner_path::java_heap; });
    if (!has_heap)
        return failure(where, "its Java heap was not found, so the heap cannot be sized",
                       "run it without --attach=never, or restart the JVM with "
                       "-XX:NativeMemoryTracking=summary");
    Fit fit;
    if (limit) {
        fit.limit = *limit;
    } else if (moment.view->cgroup && moment.view->cgroup->limit) {
        fit.limit = *moment.view->cgroup->limit;
        fit.limit_of_container = true;
    } else {
        return failure(where, "its cgroup has no memory limit", "give one: --limit 2GiB");
    }
    Fitting(moment, fit).fit();
    return fit;
}

}  // namespace nmtx
