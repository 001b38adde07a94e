#include "threads/thread_table.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "hotspot/threads/modified_utf8.h"
#include "ledger/claims/stack_split.h"
#include "ledger/owner_paths.h"
#include "process/given_options.h"
#include "threads/thread_counts.h"

namespace nmtx {
namespace {

constexpr double ns_per_second = 1e9;
constexpr double ticks_per_second =
    100;  // USER_HZ: the unit of /proc on every architecture that HotSpot runs on

double share_of(double part, double whole) {
    return whole > 0 ? 100 * part / whole : 0;
}

double seconds_between(std::uint64_t from, std::uint64_t to) {
    return to > from ? static_cast<double>(to - from) / ns_per_second : 0;
}

class Table {
  public:
    Table(const Moment& moment) : view_(*moment.view), ledger_(*moment.ledger) {
        stacks_ = thread_stacks(moment);
        taken_.resize(stacks_.size());
        if (moment.view->thread_bounds) {
            for (const StackBounds& stack : moment.view->thread_bounds->stacks) {
                if (stack.tid != 0) records_.emplace(stack.tid, stack.range);
            }
        }
        if (moment.view->tasks_before) {
            for (const Task& task : *moment.view->tasks_before) before_.emplace(task.tid, &task);
        }
        if (moment.view->thread_dump) {
            for (const DumpedThread& thread : moment.view->thread_dump->threads)
                dumped_.emplace(thread.nid, &thread);
        }
        if (moment.view->native_stacks) {
            for (const NativeStack& stack : moment.view->native_stacks->stacks)
                native_.emplace(stack.tid, &stack);
        }
    }

    ThreadTable table() {
        table_.interval_s = interval();
        for (const Task& task : *view_.tasks) table_.rows.push_back(row(task));
        for (const auto& [tid, task] : before_) table_.rows.push_back(ended(*task));
        std::sort(table_.rows.begin(), table_.rows.end(),
                  [](const ThreadRow& a, const ThreadRow& b) { return a.tid < b.tid; });
        give_the_last_stack();
        if (view_.vm == Vm::hotspot) table_.stack_flags = stack_flags(jvm_options(view_));
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            if (!taken_[i]) table_.stacks_of_nobody.push_back(stacks_[i]);
        }
        add_up();
        table_.counts = thread_counts(view_);
        return std::move(table_);
    }

  private:
    // Each task is read at its own time; the first one's is used for all.
    [[nodiscard]] double interval() const {
        if (!view_.tasks_before) return 0;
        for (const Task& task : *view_.tasks) {
            const auto found = before_.find(task.tid);
            if (found == before_.end() || !task.read_at_ns || !found->second->read_at_ns) continue;
            return seconds_between(*found->second->read_at_ns, *task.read_at_ns);
        }
        return 0;
    }

    ThreadRow row(const Task& task) {
        ThreadRow row = common(task);
        const Task* before = nullptr;
        if (const auto found = before_.find(task.tid); found != before_.end()) {
            // The kernel may have given the id to another thread meanwhile.
            if (found->second->start_ticks == task.start_ticks) before = found->second;
            if (before == nullptr) table_.rows.push_back(ended(*found->second));
            before_.erase(found);
        }
        if (view_.tasks_before && before == nullptr) row.change = ThreadChange::started;
        take_times(task, before, row);
        take_dumped(row);
        take_listed(row);
        take_native(row);
        take_stack(task, row);
        return row;
    }

    static ThreadRow common(const Task& task) {
        ThreadRow row;
        row.tid = task.tid;
        row.nid = task.own_id();
        row.name = task.comm;
        row.state = task.state;
        row.cpu_seconds = task.cpu_seconds();
        row.voluntary_switches = task.voluntary_switches;
        row.involuntary_switches = task.involuntary_switches;
        row.kind = kind_of_hotspot_name(task.comm).value_or(ThreadKind::native);
        return row;
    }

    ThreadRow ended(const Task& task) {
        ThreadRow row = common(task);
        row.change = ThreadChange::ended;
        take_dumped(row);
        take_listed(row);
        return row;
    }

    void take_times(const Task& task, const Task* before, ThreadRow& row) const {
        if (before == nullptr) {
            const double lives = view_.tasks_before ? table_.interval_s : lifetime(task);
            if (lives <= 0) return;
            row.cpu_percent = std::min(share_of(row.cpu_seconds, lives), 100.0);  // ticks are coarse
            if (task.wait_ns)
                row.wait_percent = share_of(static_cast<double>(*task.wait_ns) / ns_per_second, lives);
            return;
        }
        const double passed = task.read_at_ns && before->read_at_ns
                                  ? seconds_between(*before->read_at_ns, *task.read_at_ns)
                                  : table_.interval_s;
        if (passed <= 0) return;
        row.cpu_percent = share_of(std::max(0.0, row.cpu_seconds - before->cpu_seconds()), passed);
        if (task.wait_ns && before->wait_ns)
            row.wait_percent = share_of(seconds_between(*before->wait_ns, *task.wait_ns), passed);
    }

    // How old the thread was when it was read; at least a tick, in which its beginning is told.
    [[nodiscard]] double lifetime(const Task& task) const {
        const auto later =
            static_cast<double>(task.start_ticks) - static_cast<double>(view_.header.start_ticks);
        const Step* const read = view_.step_of(document::tasks);
        const double process = view_.header.target_uptime_s + (read != nullptr ? read->at_ms / 1000 : 0);
        return std::max(process - later / ticks_per_second, 1 / ticks_per_second);
    }

    void take_dumped(ThreadRow& row) const {
        const auto found = dumped_.find(row.nid);
        if (found == dumped_.end()) return;
        row.dumped = found->second;
        row.name = utf8_of_modified(found->second->name);
        row.named_by_jvm = true;
        row.java_state = found->second->java_state;
        row.compiling = found->second->compiling;
        row.kind = kind_by_name(row.name, found->second->java);
    }

    // What one of HotSpot's names does is known by the name; a Java thread may call itself anything.
    static ThreadKind kind_by_name(std::string_view name, bool java) {
        const auto known = kind_of_hotspot_name(name);
        if (!known) return java ? ThreadKind::java : ThreadKind::vm;
        return java && !is_java_thread_of_vm(name) ? ThreadKind::java : *known;
    }

    // Without a dump the JVM's memory tells.
    void take_listed(ThreadRow& row) const {
        if (view_.thread_dump || !view_.java_threads) return;
        const JavaThreadEntry* const entry = view_.java_threads->find(row.nid);
        if (entry == nullptr) return;
        if (entry->name) {
            row.name = *entry->name;
            row.named_by_jvm = true;
        }
        row.java_state = entry->state;
        row.compiling = entry->compiling;
        row.kind = kind_by_name(row.name, true);
    }

    void take_stack(const Task& task, ThreadRow& row) {
        std::optional<Address> pointer = stack_pointer_of(view_, task);
        if (!pointer && row.dumped != nullptr) pointer = row.dumped->stack_pointer;
        // The C library knows a thread's stack wherever the thread currently runs.
        const auto record = records_.find(task.own_id());
        const auto inside =
            record != records_.end() ? std::optional(Address{record->second.end.value - 1}) : pointer;
        if (!inside) return;
        auto after = std::upper_bound(stacks_.begin(), stacks_.end(), *inside,
                                      [](Address a, const ThreadStack& s) { return a < s.range.begin; });
        if (after == stacks_.begin()) return;
        const auto i = static_cast<std::size_t>(after - stacks_.begin()) - 1;
        if (!stacks_[i].range.contains(*inside) || taken_[i]) return;
        taken_[i] = true;
        row.stack = stacks_[i];
        // Where nothing names it, its stack tells whose it is: the JVM's own have HotSpot's guards, or NMT
        // knows them. One that is not in the JVM's list is not a Java thread.
        if (!view_.thread_dump && row.kind == ThreadKind::native &&
            row.stack->path == owner_path::thread_stack)
            row.kind = view_.java_threads ? ThreadKind::vm : ThreadKind::java;
        if (const ThreadEntry* const entry = entry_of(stacks_[i].range.end)) {
            row.arena = entry->arena;
            if (row.kind == ThreadKind::native) row.library = entry->file;
        }
        if (pointer && stacks_[i].range.contains(*pointer))
            row.used = Range{*pointer, stacks_[i].range.end}.size();
    }

    void take_native(ThreadRow& row) const {
        const auto found = native_.find(row.tid);
        if (found == native_.end()) return;
        row.native = found->second;
        if (row.native->end != StackEnd::no_file) return;
        const Piece* const piece = ledger_.piece_at(row.native->next);
        row.native_until_java =
            piece != nullptr && may_be(ledger_.owners.path(piece->claim.owner), owner_path::code_cache);
    }

    [[nodiscard]] const ThreadEntry* entry_of(Address stack_top) const {
        if (!view_.thread_entries) return nullptr;
        const auto& entries = *view_.thread_entries;
        const auto at =
            std::lower_bound(entries.begin(), entries.end(), stack_top,
                             [](const ThreadEntry& entry, Address top) { return entry.stack_top < top; });
        return at != entries.end() && at->stack_top == stack_top ? &*at : nullptr;
    }

    // A running thread without Java frames shows no stack pointer.
    void give_the_last_stack() {
        ThreadRow* lonely = nullptr;
        for (ThreadRow& row : table_.rows) {
            if (row.stack || row.change == ThreadChange::ended) continue;
            if (lonely != nullptr) return;
            lonely = &row;
        }
        if (lonely == nullptr || std::count(taken_.begin(), taken_.end(), false) != 1) return;
        const auto left = std::find(taken_.begin(), taken_.end(), false);
        *left = true;
        lonely->stack = stacks_[static_cast<std::size_t>(left - taken_.begin())];
        lonely->stack_by_elimination = true;
    }

    void add_up() {
        ThreadTotals& totals = table_.totals;
        for (const ThreadStack& stack : stacks_) {
            totals.stacks_reserved = totals.stacks_reserved + stack.reserved;
            totals.stacks_resident = totals.stacks_resident + stack.resident;
            totals.stacks_huge = totals.stacks_huge + stack.huge;
        }
        for (const ThreadStack& stack : table_.stacks_of_nobody)
            totals.resident_of_nobody = totals.resident_of_nobody + stack.resident;
        std::set<Address> arenas;
        for (const ThreadRow& row : table_.rows) {
            if (row.arena) {
                ++totals.with_arena;
                arenas.insert(*row.arena);
            }
            totals.cpu_percent += row.cpu_percent.value_or(0);
            totals.wait_percent += row.wait_percent.value_or(0);
            if (row.change == ThreadChange::started) ++totals.started;
            if (row.change == ThreadChange::ended) {
                ++totals.ended;
                continue;
            }
            ++totals.of_kind[static_cast<std::size_t>(row.kind)];
            if (!row.named_by_jvm) ++(row.kind == ThreadKind::native ? totals.foreign : totals.unlisted);
        }
        totals.arenas = arenas.size();
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    std::vector<ThreadStack> stacks_;
    std::vector<bool> taken_;
    std::unordered_map<std::uint64_t, const Task*> before_;
    std::unordered_map<std::uint64_t, Range>
        records_;  // stacks by the thread's id, as the C library has them
    std::unordered_map<std::uint64_t, const DumpedThread*> dumped_;
    std::unordered_map<std::uint64_t, const NativeStack*> native_;
    ThreadTable table_;
};

bool digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

ThreadTable::ThreadTable() = default;
ThreadTable::ThreadTable(const ThreadTable&) = default;
ThreadTable::ThreadTable(ThreadTable&&) noexcept = default;
ThreadTable& ThreadTable::operator=(const ThreadTable&) = default;
ThreadTable& ThreadTable::operator=(ThreadTable&&) noexcept = default;
ThreadTable::~ThreadTable() = default;

std::string pool_of(std::string_view name) {
    std::string pool;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (!digit(name[i])) {
            pool += name[i];
        } else if (i == 0 || !digit(name[i - 1])) {
            pool += '#';
        }
    }
    return pool;
}

ThreadTable thread_table(const Moment& moment) {
    return Table(moment).table();
}

std::optional<ThreadTable> thread_table_if_read(const Moment& moment) {
    if (!moment.view->tasks) return std::nullopt;
    return thread_table(moment);
}

}  // namespace nmtx
