#include "pasted/join/resident_estimate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/pages.h"

namespace nmtx {
namespace {

// What of a mapping may be resident at most, and how much of it probably is before the whole is known.
struct Guess {
    std::size_t mapping = 0;
    std::uint64_t most = 0;
    std::uint64_t likely = 0;
};

std::uint64_t to_pages(std::uint64_t bytes) {
    return bytes / small_page * small_page;
}

// Spreads `target` over the guesses: scaled down where they are more than it, raised towards what is possible
// where they are less. True where all of it found a place.
bool settle(std::vector<Guess>& guesses, std::uint64_t target) {
    std::uint64_t likely = 0, room = 0;
    for (const Guess& guess : guesses) {
        likely += guess.likely;
        room += guess.most - guess.likely;
    }
    const bool less = likely > target;
    const std::uint64_t rest = less ? 0 : std::min(target - likely, room);
    std::uint64_t given = 0;
    for (Guess& guess : guesses) {
        long double wanted = static_cast<long double>(guess.likely);
        if (less && likely > 0) wanted *= static_cast<long double>(target) / static_cast<long double>(likely);
        if (!less && room > 0)
            wanted += static_cast<long double>(guess.most - guess.likely) * static_cast<long double>(rest) /
                      static_cast<long double>(room);
        guess.likely = std::min(guess.most, to_pages(static_cast<std::uint64_t>(wanted)));
        given += guess.likely;
    }
    // What was lost by rounding down to pages.
    for (Guess& guess : guesses) {
        if (given >= target) break;
        const std::uint64_t more =
            std::min({guess.most - guess.likely, small_page, to_pages(target - given)});
        guess.likely += more;
        given += more;
    }
    return given + small_page * guesses.size() >= target;
}

class Estimator {
  public:
    Estimator(ProcessView& view, const HsErrProcessMemory* memory) : view_(view), memory_(memory) {
        const VmInfo* vm = view.vm_info ? &*view.vm_info : nullptr;
        const HeapInfo* heap = view.heap_info ? &*view.heap_info : vm != nullptr ? &vm->heap_info : nullptr;
        if (vm != nullptr && vm->heap) heap_ = vm->heap;
        if (!heap_ && heap != nullptr) heap_ = heap->reserved();
        if (heap != nullptr) heap_used_ = heap->used();
        if (view.nmt) {
            const NmtCategory* threads = view.nmt->find("Thread");
            const bool counted = threads != nullptr && threads->stack_committed && threads->stack_reserved &&
                                 *threads->stack_committed < *threads->stack_reserved;
            if (counted && threads->threads.value_or(0) > 0)
                stack_ = threads->stack_committed->value() / *threads->threads;
        }
    }

    std::optional<std::vector<std::string>> run() {
        if (!grounds()) return std::nullopt;
        guess();
        Smaps& smaps = *view_.smaps;
        std::vector<std::string> notes = share_out();
        for (const std::vector<Guess>* guesses : {&anonymous_, &files_}) {
            for (const Guess& guess : *guesses) smaps.mappings[guess.mapping].rss = Bytes(guess.likely);
        }
        smaps.rss_known = true;
        smaps.rss_estimated = true;
        smaps.add_up();
        return notes;
    }

  private:
    // Logs say what is resident of the process from JDK 11.0.10 and 16 on; without that there is no ground
    // for an estimate: what can be accessed need not be resident.
    [[nodiscard]] bool grounds() const { return memory_ != nullptr && memory_->resident; }

    void guess() {
        const auto& mappings = view_.smaps->mappings;
        const std::uint64_t heap_mapped = accessible_heap();
        for (std::size_t i = 0; i < mappings.size(); ++i) {
            const Mapping& mapping = mappings[i];
            if (mapping.protection.none() || mapping.name == "[vsyscall]" ||
                mapping.name.starts_with("[vvar"))
                continue;
            Guess guess{i, to_pages(mapping.range.size().value()), 0};
            // One that is larger than RSS is resident in part, and how much nothing tells: it gets what the
            // others leave.
            guess.likely = mapping.range.size() > *memory_->resident ? 0 : guess.most;
            if (mapping.of_file()) {
                files_.push_back(guess);
                continue;
            }
            if (heap_ && heap_used_ && heap_mapped > 0 && heap_->overlaps(mapping.range)) {
                const std::uint64_t part = intersect(*heap_, mapping.range).size().value();
                const auto used = static_cast<long double>(std::min(heap_used_->value(), heap_mapped));
                guess.likely = std::min(
                    guess.most, to_pages(static_cast<std::uint64_t>(used * static_cast<long double>(part) /
                                                                    static_cast<long double>(heap_mapped))));
            } else if (is_stack(i)) {
                guess.likely = std::min(guess.most, to_pages(stack_));
            }
            anonymous_.push_back(guess);
        }
    }

    [[nodiscard]] std::uint64_t accessible_heap() const {
        std::uint64_t sum = 0;
        if (!heap_) return 0;
        for (const Mapping& mapping : view_.smaps->mappings) {
            if (!mapping.protection.none() && !mapping.of_file() && heap_->overlaps(mapping.range))
                sum += intersect(*heap_, mapping.range).size().value();
        }
        return sum;
    }

    // Above a guard of 4 to 64 KiB without access, and no larger than stacks are.
    [[nodiscard]] bool is_stack(std::size_t i) const {
        const auto& mappings = view_.smaps->mappings;
        if (i == 0 || mappings[i].range.size() > mib(64)) return false;
        const Mapping& below = mappings[i - 1];
        return below.range.end == mappings[i].range.begin && below.protection.none() && !below.of_file() &&
               below.range.size() <= kib(64);
    }

    std::vector<std::string> share_out() {
        std::vector<std::string> notes;
        const std::uint64_t resident = memory_->resident->value();
        std::uint64_t file = 0, anonymous = 0;
        if (memory_->resident_anon && memory_->resident_file) {
            file = memory_->resident_file->value() + memory_->resident_shmem.value_or(Bytes()).value();
            anonymous = minus_or_zero(*memory_->resident, Bytes(file)).value();
        } else {
            // A JVM has 20 to 40 MB of its libraries and archives resident, whatever else it has.
            std::uint64_t mapped = 0;
            for (const Guess& guess : files_) mapped += guess.most;
            file = std::min({mapped, std::uint64_t{24} << 20U, resident / 2});
            anonymous = resident - file;
        }
        const bool all_anonymous = settle(anonymous_, anonymous);
        const bool all_files = settle(files_, file);
        notes.push_back(
            fmt::format("The maps do not show what is resident. RSS ({} KiB) is from the log; it was divided "
                        "by size, the heap by what is used, stacks by {}. Each row is an estimate; their sum "
                        "is not.",
                        resident / 1024, view_.nmt ? "what NMT has committed of them" : "64 KiB each"));
        if (!all_anonymous || !all_files)
            notes.emplace_back(
                "The mappings have less room than the RSS that is printed: some are missing, or the log is "
                "cut.");
        return notes;
    }

    ProcessView& view_;
    const HsErrProcessMemory* memory_;
    std::optional<Range> heap_;
    std::optional<Bytes> heap_used_;
    std::uint64_t stack_ = std::uint64_t{64} << 10U;  // of a stack that nothing more is known of
    std::vector<Guess> anonymous_, files_;
};

}  // namespace

std::optional<std::vector<std::string>> estimate_resident(ProcessView& view,
                                                          const HsErrProcessMemory* memory) {
    if (!view.smaps || view.smaps->rss_known || view.smaps->mappings.empty()) return std::nullopt;
    return Estimator(view, memory).run();
}

}  // namespace nmtx
