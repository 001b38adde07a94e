#include "kernel/seen_processes.h"

#include <algorithm>
#include <functional>

namespace nmtx {
namespace {

constexpr double longest_pause_s = 120;

}  // namespace

void SeenProcesses::begin_search(double now_s) {
    std::erase_if(processes_, [&](const auto& one) { return one.second.search != search_; });
    ++search_;
    now_s_ = now_s;
}

void SeenProcesses::compare_later(Seen& seen) const {
    seen.compare_s = now_s_ + std::clamp(now_s_ - seen.since_s, 0.0, longest_pause_s);
}

bool SeenProcesses::is_unchanged(Seen& seen, std::size_t program, ProcessSigns& signs) const {
    if (seen.verdict != Verdict::something_else || seen.program != program) return false;
    if (now_s_ < seen.compare_s) return true;
    const auto stat = signs.stat();
    if (!stat || stat->start_ticks != seen.start_ticks || stat->start_stack != seen.start_stack ||
        stat->virtual_bytes != seen.virtual_bytes)
        return false;
    compare_later(seen);
    return true;
}

// The signs are read before the look, so what changes meanwhile is noticed afterwards.
bool SeenProcesses::must_look(const ProcessEntry& entry, const std::set<ProcessStart>& known,
                              ProcessSigns& signs) {
    auto it = processes_.find(entry.pid);
    if (it == processes_.end() && processes_.size() >= most) return true;
    if (it == processes_.end()) it = processes_.emplace(entry.pid, Seen()).first;
    Seen& seen = it->second;
    if (seen.inode != entry.inode) seen = Seen();
    seen.search = search_;
    const auto is_known = [&] {
        return seen.verdict == Verdict::searched_for && known.contains({entry.pid, seen.start_ticks});
    };
    if (is_known()) return false;
    const std::size_t program = seen.of_kernel ? 0 : std::hash<std::string>()(signs.program());
    if (is_unchanged(seen, program, signs)) return false;

    const bool anew = seen.verdict == Verdict::none || seen.program != program;
    seen.verdict = Verdict::none;
    seen.inode = entry.inode;
    if (anew) seen.since_s = now_s_;
    const auto stat = signs.stat();
    if (!stat) return true;
    seen.of_kernel = stat->of_kernel();
    seen.program = seen.of_kernel ? 0 : program;
    seen.start_ticks = stat->start_ticks;
    seen.start_stack = stat->start_stack;
    seen.virtual_bytes = stat->virtual_bytes;
    compare_later(seen);
    // It has got another inode.
    if (known.contains({entry.pid, seen.start_ticks})) seen.verdict = Verdict::searched_for;
    return !is_known();
}

void SeenProcesses::found(std::uint64_t pid) {
    if (const auto it = processes_.find(pid); it != processes_.end())
        it->second.verdict = Verdict::searched_for;
}

void SeenProcesses::found_nothing(std::uint64_t pid) {
    if (const auto it = processes_.find(pid); it != processes_.end())
        it->second.verdict = Verdict::something_else;
}

bool SeenProcesses::has_met(const ProcessStart& process) const {
    const auto it = processes_.find(process.first);
    return it != processes_.end() && it->second.search == search_ &&
           it->second.verdict == Verdict::searched_for && it->second.start_ticks == process.second;
}

}  // namespace nmtx
