// Claims on thread stacks that neither NMT nor malloc claims: by the stack pointers of the tasks, and for
// tasks that ran (the kernel tells no pointer then, and nobody stopped them) by the guard below the stack.
#include <algorithm>

#include "hotspot/thread_names.h"
#include "ledger/claims.h"
#include "ledger/stack_split.h"

namespace nmtx {
namespace {

// Threads of HotSpot's own that are no Java threads: their stacks have glibc's guard, not HotSpot's guard
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

Guard guard_below(const std::vector<Mapping>& mappings, std::size_t i) {
    if (i == 0) return Guard::none;
    const Mapping& below = mappings[i - 1];
    if (below.range.end != mappings[i].range.begin || !below.protection.none() || below.of_file())
        return Guard::none;
    if (below.range.size() == kib(4)) return Guard::glibc;
    const bool zone = below.range.size() >= kib(12) && below.range.size() <= kib(64);
    return zone ? Guard::hotspot : Guard::none;
}

class StackClaims {
  public:
    StackClaims(const ProcessView& view, Owners& owners) : view_(view), mappings_(view.smaps->mappings) {
        // Where the VM has named its stacks, what is left is somebody else's.
        named_by_vm_ = knows_nmt_addresses(view) || view.vm != Vm::hotspot;
        jvm_ = owners.id("jvm/thread stack", "Thread");
        native_ = owners.id("stack/native");
    }

    Layer<Claim> layer() {
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
        by_shape(pointer_unknown);
        normalise(layer_);
        return std::move(layer_);
    }

  private:
    void by_pointer(const Task& task, Address pointer) {
        const auto after = std::upper_bound(mappings_.begin(), mappings_.end(), pointer,
                                            [](Address a, const Mapping& m) { return a < m.range.begin; });
        if (after == mappings_.begin()) return;
        const auto i = static_cast<std::size_t>(after - mappings_.begin()) - 1;
        const Mapping& mapping = mappings_[i];
        if (!mapping.range.contains(pointer) || !may_hold_stacks(mapping)) return;
        const bool jvm =
            !named_by_vm_ && (guard_below(mappings_, i) == Guard::hotspot || is_hotspot_thread(task.comm));
        layer_.push_back(
            {mapping.range, Claim{jvm ? jvm_ : native_, Evidence::stack_pointer, !named_by_vm_}});
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
    bool named_by_vm_ = false;
    OwnerId jvm_ = unexplained_owner;
    OwnerId native_ = unexplained_owner;
};

}  // namespace

Layer<Claim> claims_of_stacks(const ProcessView& view, Owners& owners) {
    return StackClaims(view, owners).layer();
}

}  // namespace nmtx
