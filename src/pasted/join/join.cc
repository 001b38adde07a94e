#include "pasted/join/join.h"

#include <algorithm>
#include <map>
#include <set>

#include "kernel/oom/oom_lines.h"
#include "pasted/join/main_arena_of_pmap.h"
#include "pasted/join/part_subject.h"
#include "pasted/join/resident_estimate.h"
#include "pasted/join/take_contents.h"
#include "pasted/join/told_figures.h"

namespace nmtx {
namespace {

class Joiner {
  public:
    explicit Joiner(Pasted& pasted) : pasted_(pasted) {}

    void run() {
        only_pid_ = the_only_pid(pasted_.texts);
        for (std::size_t t = 0; t < pasted_.texts.size(); ++t) {
            for (std::size_t p = 0; p < pasted_.texts[t].parts.size(); ++p) {
                PastedPart& part = pasted_.texts[t].parts[p];
                if (!of_a_process(part)) continue;
                PastedProcess& process = process_of(part);
                PastedMoment& moment = moment_of(process, part);
                moment.parts.emplace_back(t, p);
                take_contents(moment, part);
            }
        }
        bring_kills();
        pasted_.containers = containers_of(pasted_);
        one_container_ = are_of_one(pasted_.containers);
        bring_surroundings();
        bring_told_figures(pasted_);
        for (PastedProcess& process : pasted_.processes) {
            for (PastedMoment& moment : process.moments) finish(moment, process.pid);
        }
    }

  private:
    PastedProcess& process_of(const PastedPart& part) {
        std::optional<std::uint64_t> pid = part.pid;
        if (!pid) pid = only_pid_ ? only_pid_ : last_pid_;
        last_pid_ = pid;
        for (PastedProcess& process : pasted_.processes) {
            if (process.pid == pid) return process;
        }
        PastedProcess& fresh = pasted_.processes.emplace_back();
        fresh.pid = pid;
        return fresh;
    }

    // Logs of kills go to the process that was killed, else to the only one, else stand by themselves: a kill
    // of a process that is gone says much of the next one of its kind.
    void bring_kills() {
        for (std::size_t t = 0; t < pasted_.texts.size(); ++t) {
            for (std::size_t p = 0; p < pasted_.texts[t].parts.size(); ++p) {
                const auto* log = std::get_if<OomLog>(&pasted_.texts[t].parts[p].contents);
                if (log == nullptr) continue;
                PastedProcess& process = process_of_kills(*log);
                if (process.moments.empty()) process.moments.emplace_back();
                PastedMoment& moment = process.moments.back();
                moment.parts.emplace_back(t, p);
                if (!moment.view.oom_log) moment.view.oom_log.emplace();
                for (const OomKill& kill : log->kills) add_oom_kill(moment.view.oom_log->kills, kill);
            }
        }
    }

    // What is said of containers and of the machine goes to the only process, else stands by itself.
    void bring_surroundings() {
        for (std::size_t t = 0; t < pasted_.texts.size(); ++t) {
            for (std::size_t p = 0; p < pasted_.texts[t].parts.size(); ++p) {
                const PastedContents& contents = pasted_.texts[t].parts[p].contents;
                const auto* containers = std::get_if<ContainerReport>(&contents);
                const auto* host = std::get_if<HostMemory>(&contents);
                if (containers == nullptr && host == nullptr) continue;
                PastedProcess& process = only_or_nameless();
                if (process.moments.empty()) process.moments.emplace_back();
                PastedMoment& moment = process.moments.back();
                moment.parts.emplace_back(t, p);
                if (containers != nullptr) moment.documents.containers.push_back(*containers);
                if (host != nullptr) moment.documents.host = *host;  // the last one
            }
        }
    }

    PastedProcess& only_or_nameless() {
        if (pasted_.processes.size() == 1) return pasted_.processes.front();
        const auto nameless =
            std::ranges::find_if(pasted_.processes, [](const PastedProcess& p) { return !p.pid; });
        return nameless != pasted_.processes.end() ? *nameless : pasted_.processes.emplace_back();
    }

    PastedProcess& process_of_kills(const OomLog& log) {
        const auto is_victim = [&](const PastedProcess& process) {
            return process.pid && std::ranges::any_of(log.kills, [&](const OomKill& kill) {
                       return std::ranges::any_of(
                           kill.victims, [&](const OomVictim& victim) { return victim.pid == *process.pid; });
                   });
        };
        const auto killed = std::ranges::find_if(pasted_.processes, is_victim);
        if (killed != pasted_.processes.end()) return *killed;
        return only_or_nameless();
    }

    PastedMoment& moment_of(PastedProcess& process, const PastedPart& part) {
        const std::optional<Slot> slot = slot_of(part);
        std::set<Slot>& slots = slots_[&process];
        const bool again = slot && slots.contains(*slot);
        if (process.moments.empty() || again || contradicts(process.moments.back().view.vm_flags, part)) {
            process.moments.emplace_back();
            slots.clear();
        }
        if (slot) slots.insert(*slot);
        return process.moments.back();
    }

    [[nodiscard]] bool wants_no_more(const PastedMoment& moment) const {
        return std::ranges::all_of(moment.parts, [&](const auto& at) {
            return asks_for_nothing(pasted_.texts[at.first].parts[at.second]);
        });
    }

    // The process is in one of the containers, and which one is known only where there is but one.
    void settle_cgroup(ProcessView& view) const {
        if (!view.cgroup || pasted_.containers.empty()) return;
        if (one_container_) {
            view.cgroup = pasted_.containers.back().memory;
        } else {
            view.cgroup.reset();
        }
    }

    void finish(PastedMoment& moment, std::optional<std::uint64_t> pid) {
        ProcessView& view = moment.view;
        view.header.pid = pid.value_or(0);
        view.origin = Origin::pasted;
        settle_cgroup(view);
        if (view.smaps) {
            view.vm = vm_of(*view.smaps);
            // A part of a pmap need not show libjvm.so; a process with NMT is HotSpot.
            const bool of_hotspot =
                view.nmt || view.nmt_map || view.vm_info || view.version || view.heap_info;
            if (view.vm != Vm::openj9 && of_hotspot) view.vm = Vm::hotspot;
            moment.resident = resident_of(moment);
            if (auto note = name_main_arena(*moment.view.smaps)) moment.notes.push_back(std::move(*note));
        }
        if (!wants_no_more(moment)) moment.missing = missing_evidence(moment, pid);
    }

    static ResidentFrom resident_of(PastedMoment& moment) {
        const Smaps& smaps = *moment.view.smaps;
        if (!smaps.rss_known) {
            // A log that is cut, or has but some of its lines: nothing can be shared out over those.
            constexpr std::size_t fewest = 20;
            if (vm_of(smaps) == Vm::none || smaps.mappings.size() < fewest) return ResidentFrom::piece;
            auto estimate =
                estimate_resident(moment.view, moment.process_memory ? &*moment.process_memory : nullptr);
            if (!estimate) return ResidentFrom::nothing;
            for (std::string& note : *estimate) moment.notes.push_back(std::move(note));
            return ResidentFrom::estimate;
        }
        if (moment.piece && vm_of(smaps) == Vm::none) return ResidentFrom::piece;
        return smaps.from == MappingsFrom::pmap ? ResidentFrom::pmap : ResidentFrom::smaps;
    }

    Pasted& pasted_;
    std::optional<std::uint64_t> only_pid_, last_pid_;
    bool one_container_ = false;
    std::map<const PastedProcess*, std::set<Slot>> slots_;
};

}  // namespace

void join_parts(Pasted& pasted) {
    Joiner(pasted).run();
}

}  // namespace nmtx
