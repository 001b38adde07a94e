#include "hotspot/vm/thread_names_in_heap.h"

#include <algorithm>
#include <array>

#include "hotspot/threads/thread_names.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_name_in_heap = 131072;
constexpr std::size_t most_name_bytes = std::size_t{32} << 20U;  // of all names together
constexpr std::size_t batch_size = 32;                           // as many as are read in a few milliseconds
constexpr int most_tries = 8;                                    // of a batch

struct StateName {
    std::uint64_t status;
    std::string_view name;
};
constexpr std::array state_names{StateName{0x000, "NEW"},
                                 StateName{0x005, "RUNNABLE"},
                                 StateName{0x0e1, "TIMED_WAITING (sleeping)"},
                                 StateName{0x191, "WAITING (on object monitor)"},
                                 StateName{0x1a1, "TIMED_WAITING (on object monitor)"},
                                 StateName{0x291, "WAITING (parking)"},
                                 StateName{0x2a1, "TIMED_WAITING (parking)"},
                                 StateName{0x401, "BLOCKED (on object monitor)"},
                                 StateName{0x002, "TERMINATED"}};

}  // namespace

std::string_view java_state_of(std::uint64_t thread_status) {
    for (const StateName& state : state_names) {
        if (state.status == thread_status) return state.name;
    }
    return {};
}

ThreadNamesInHeap::ThreadNamesInHeap(VmMemory& memory, const VmLayout& vm, const HeapLayout* heap,
                                     std::function<bool()> wait)
    : memory_(memory), vm_(vm), heap_(heap), wait_(std::move(wait)), names_(memory, vm) {
    if (heap_ != nullptr) objects_.emplace(memory_, vm_, *heap_, names_);
}

// Nothing while one is under way, or where it cannot be read.
std::optional<ThreadNamesInHeap::Collections> ThreadNamesInHeap::collections() {
    memory_.clear();
    const auto count = read_part(memory_, heap_->collector, heap_->collections),
               active = read_part(memory_, heap_->collector, heap_->collecting);
    if (!count || active != 0U) return std::nullopt;
    return Collections{*count};
}

std::optional<Address> ThreadNamesInHeap::thread_object(Address thread) {
    const auto object = read_pointer(memory_, thread, heap_->thread_object);
    return object && heap_->thread_handle ? memory_.pointer(*object) : object;
}

std::string ThreadNamesInHeap::compiling(Address thread) {
    const HeapLayout& heap = *heap_;
    if (!heap.compiler_env || !heap.env_task || !heap.task_method || !heap.task_level) return {};
    const auto env = read_pointer(memory_, thread, *heap.compiler_env);
    const auto task = env ? read_pointer(memory_, *env, *heap.env_task) : std::nullopt;
    const auto method = task ? read_pointer(memory_, *task, *heap.task_method) : std::nullopt;
    const auto level = task ? read_part(memory_, *task, *heap.task_level) : std::nullopt;
    const MethodName* const name = method ? names_.find(*method) : nullptr;
    if (name == nullptr || !level || *level < 1 || *level > 4) return {};
    return name->name + ", level " + std::to_string(*level);
}

ToldThread ThreadNamesInHeap::read_thread(std::uint64_t id, Address thread) {
    ToldThread told;
    // Is it still the one that was listed?
    const auto os_thread = read_pointer(memory_, thread, vm_.thread.os_thread);
    if (!os_thread || read_part(memory_, *os_thread, vm_.thread.thread_id) != id) return told;
    told.id = id;
    const auto object = thread_object(thread);
    const auto klass = object ? objects_->class_of(*object, "java/lang/Thread") : std::nullopt;
    if (!klass) return told;
    if (const auto name = objects_->reference(*object, *klass, "name", "Ljava/lang/String;")) {
        told.name = objects_->text(*name, longest_name_in_heap);
    } else if (const auto letters = objects_->reference(*object, *klass, "name", "[C")) {
        told.name = objects_->characters(*letters, longest_name_in_heap);
    }
    // From 19 on it is kept in an object of its own.
    auto status = objects_->number(*object, *klass, "threadStatus", "I");
    if (!status) {
        constexpr std::string_view holder = "java/lang/Thread$FieldHolder";
        const auto held = objects_->reference(*object, *klass, "holder", "Ljava/lang/Thread$FieldHolder;");
        const auto of = held ? objects_->class_of(*held, holder) : std::nullopt;
        if (of) status = objects_->number(*held, *of, "threadStatus", "I");
    }
    if (status) told.state = java_state_of(*status);
    if (told.name && kind_of_hotspot_name(*told.name) == ThreadKind::compiler)
        told.compiling = compiling(thread);
    return told;
}

std::vector<ToldThread> ThreadNamesInHeap::read_once(const Batch& batch) {
    memory_.clear();
    std::vector<ToldThread> told;
    told.reserve(batch.size());
    for (const auto& [id, thread] : batch) told.push_back(read_thread(id, thread));
    return told;
}

std::vector<ToldThread> ThreadNamesInHeap::read_batch(const Batch& batch) {
    for (int i = 0; i < most_tries && heap_ != nullptr; ++i) {
        const auto before = collections();
        if (!before) {
            if (!wait_()) break;
            continue;
        }
        const std::vector<ToldThread> first = read_once(batch);
        std::vector<ToldThread> told = read_once(batch);
        if (collections() != before) continue;
        for (std::size_t n = 0; n < told.size(); ++n) {
            const bool same = told[n].id == batch[n].first && first[n].id == told[n].id;
            if (!same) told[n] = {};  // it has ended
            if (first[n].name != told[n].name) told[n].name.reset();
            name_bytes_ += told[n].name ? told[n].name->size() : 0;
            if (name_bytes_ > most_name_bytes) told[n].name.reset();
        }
        std::erase_if(told, [](const ToldThread& one) { return one.id == 0; });
        return told;
    }
    std::vector<ToldThread> ids(batch.size());
    for (std::size_t n = 0; n < ids.size(); ++n) ids[n].id = batch[n].first;
    return ids;
}

std::vector<ToldThread> ThreadNamesInHeap::read() {
    memory_.clear();
    const JavaThreads list(memory_, vm_);
    Batch all(list.all().begin(), list.all().end());
    std::sort(all.begin(), all.end());
    std::vector<ToldThread> told;
    told.reserve(all.size());
    for (std::size_t from = 0; from < all.size(); from += batch_size) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        const auto end = begin + static_cast<std::ptrdiff_t>(std::min(batch_size, all.size() - from));
        for (ToldThread& one : read_batch(Batch(begin, end))) told.push_back(std::move(one));
    }
    return told;
}

}  // namespace nmtx
