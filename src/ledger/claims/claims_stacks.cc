// Claims on thread stacks that neither NMT nor malloc claims: by the C library's thread records; where there
// are none by the stack pointers of the tasks, and for running tasks, whose stack pointer the kernel does
// not show, by the guard below the stack.
#include <algorithm>
#include <unordered_map>

#include "hotspot/threads/thread_names.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/stack_split.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// HotSpot's own threads that are not Java threads: their stacks have glibc's guard, not HotSpot's guard
// zone.
bool is_hotspot_thread(std::string_view comm) {
    return kind_of_hotspot_name(comm).has_value() && !is_java_thread_of_vm(comm);
}

bool may_hold_stacks(const Mapping& mapping) {
    return mapping.inode == 0 && mapping.protection.read && mapping.protection.write &&
           !mapping.protection.shared && (mapping.name.empty() || mapping.name.starts_with("[anon"));
}

// HotSpot's guard zone of a Java thread: red, yellow and reserved pages, 12 KiB on JDK 8, 16 KiB later;
// glibc's guard is one page.
enum class Guard { none, glibc, hotspot };

bool is_zone(const Mapping& mapping) {
    return mapping.protection.none() && !mapping.of_file() && mapping.range.size() >= kib(12) &&
           mapping.range.size() <= kib(64);
}

Guard guard_below(const std::vector<Mapping>& mappings, std::size_t i) {
    if (i == 0) return Guard::none;
    const Mapping& below = mappings[i - 1];
    if (below.range.end != mappings[i].range.begin || !below.protection.none() || below.of_file())
        return Guard::none;
    if (below.range.size() == kib(4)) return Guard::glibc;
    return is_zone(below) ? Guard::hotspot : Guard::none;
}

// Index of the mapping that holds the address; nothing where none does.
std::optional<std::size_t> mapping_at(const std::vector<Mapping>& mappings, Address address) {
    const auto after = std::upper_bound(mappings.begin(), mappings.end(), address,
                                        [](Address a, const Mapping& m) { return a < m.range.begin; });
    if (after == mappings.begin() || !std::prev(after)->range.contains(address)) return std::nullopt;
    return static_cast<std::size_t>(after - mappings.begin()) - 1;
}

class StackClaims {
  public:
    StackClaims(const ProcessView& view, Owners& owners) : view_(view), mappings_(view.smaps->mappings) {
        // Where the VM has named its stacks, the others are not the VM's.
        named_by_vm_ = knows_nmt_addresses(view) || view.vm != Vm::hotspot;
        jvm_ = owners.id(owner_path::thread_stack, "Thread");
        native_ = owners.id(owner_path::native_stack);
        cached_ = owners.id(owner_path::cached_stack);
        const Bytes limit(view.limits ? view.limits->stack_size.value_or(0) : 0);
        largest_unguarded_ = std::clamp(limit, mib(8), mib(64)) + mib(1);
    }

    Layer<Claim> layer() {
        by_record();
        bool pointer_unknown = !view_.tasks;
        if (view_.tasks) {
            for (const Task& task : *view_.tasks) {
                if (const auto pointer = stack_pointer_of(view_, task)) {
                    by_pointer(task, *pointer);
                } else {
                    pointer_unknown = true;
                }
            }
        }
        if (!all_recorded()) by_shape(pointer_unknown);
        normalise(layer_);
        return std::move(layer_);
    }

  private:
    [[nodiscard]] bool all_recorded() const { return view_.thread_bounds && view_.thread_bounds->complete; }

    void by_record() {
        if (!view_.thread_bounds) return;
        // The ids of a process in a pid namespace of its own are not always at hand: pointers find names,
        // too.
        std::unordered_map<std::uint64_t, std::string_view> by_id;
        std::vector<std::pair<Address, std::string_view>> by_pointer;
        if (view_.tasks) {
            for (const Task& task : *view_.tasks) {
                by_id.emplace(task.own_id(), task.comm);
                if (const auto pointer = stack_pointer_of(view_, task))
                    by_pointer.emplace_back(*pointer, task.comm);
            }
        }
        std::sort(by_pointer.begin(), by_pointer.end());
        for (const StackBounds& stack : view_.thread_bounds->stacks) {
            const auto inside = std::lower_bound(by_pointer.begin(), by_pointer.end(),
                                                 std::pair(stack.range.begin, std::string_view()));
            std::string_view name;
            if (inside != by_pointer.end() && stack.range.contains(inside->first)) {
                name = inside->second;
            } else if (const auto found = by_id.find(stack.tid); found != by_id.end()) {
                name = found->second;
            }
            // The kernel sets the id to 0 when the thread ends.
            const bool jvm = !named_by_vm_ && (has_zone(stack.range) || is_hotspot_thread(name));
            const OwnerId owner = stack.tid == 0 ? cached_ : jvm ? jvm_ : native_;
            layer_.push_back({stack.range, Claim{owner, Evidence::thread_record, false}});
        }
    }

    // HotSpot lays its zone into the stack, at its lower end or above glibc's guard.
    [[nodiscard]] bool has_zone(Range stack) const {
        auto i = mapping_at(mappings_, stack.begin);
        if (!i) return false;
        for (std::size_t at = *i; at < mappings_.size() && mappings_[at].range.begin < stack.begin + kib(128);
             ++at) {
            if (is_zone(mappings_[at])) return true;
        }
        return false;
    }

    void by_pointer(const Task& task, Address pointer) {
        if (view_.thread_bounds && view_.thread_bounds->at(pointer) != nullptr) return;
        const auto i = mapping_at(mappings_, pointer);
        if (!i || !may_hold_stacks(mappings_[*i])) return;
        const Mapping& mapping = mappings_[*i];
        const Guard guard = guard_below(mappings_, *i);
        // Nothing bounds the stack: it can be merged with its neighbours, or lie in the heap of a language
        // that makes its own stacks (goroutines), as it must where the C library's are all known.
        const bool unbounded = all_recorded() || mapping.range.size() > room_for_stacks_in(mapping.range);
        if (guard == Guard::none && unbounded) return;
        const bool jvm = !named_by_vm_ && (guard == Guard::hotspot || is_hotspot_thread(task.comm));
        const bool estimated = !named_by_vm_ || guard == Guard::none;
        layer_.push_back({mapping.range, Claim{jvm ? jvm_ : native_, Evidence::stack_pointer, estimated}});
    }

    // As many stacks as tasks have their pointers there, each as large as the C library makes them by
    // default.
    [[nodiscard]] Bytes room_for_stacks_in(Range range) {
        if (pointers_.empty()) pointers_ = stack_pointers(view_);
        return Bytes(largest_unguarded_.value() * pointers_in(pointers_, range).size());
    }

    // A guard zone of HotSpot's is a stack wherever it stands; a guard of one page only where some thread's
    // pointer is not known.
    void by_shape(bool pointer_unknown) {
        constexpr Bytes least = kib(64);
        constexpr Bytes most = mib(1024);
        for (std::size_t i = 1; i < mappings_.size(); ++i) {
            const Mapping& mapping = mappings_[i];
            if (!may_hold_stacks(mapping) || mapping.range.size() < least || mapping.range.size() > most)
                continue;
            const Guard guard = guard_below(mappings_, i);
            if (guard == Guard::none || (guard == Guard::glibc && !pointer_unknown)) continue;
            if (guard == Guard::hotspot && named_by_vm_ && !pointer_unknown) continue;
            const bool jvm = !named_by_vm_ && guard == Guard::hotspot;
            layer_.push_back({mapping.range, Claim{jvm ? jvm_ : native_, Evidence::smaps_shape, true}});
        }
    }

    const ProcessView& view_;
    const std::vector<Mapping>& mappings_;
    Layer<Claim> layer_;
    std::vector<Address> pointers_;  // of all tasks, ascending; found when it is needed
    Bytes largest_unguarded_;
    bool named_by_vm_ = false;
    OwnerId jvm_ = unexplained_owner;
    OwnerId native_ = unexplained_owner;
    OwnerId cached_ = unexplained_owner;
};

}  // namespace

Layer<Claim> claims_of_stacks(const ProcessView& view, Owners& owners) {
    return StackClaims(view, owners).layer();
}

}  // namespace nmtx
