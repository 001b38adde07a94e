#include "pasted/join/join.h"

#include <algorithm>
#include <array>
#include <map>

#include "kernel/oom/oom_lines.h"
#include "pasted/join/main_arena_of_pmap.h"
#include "pasted/join/part_subject.h"
#include "pasted/join/resident_estimate.h"
#include "pasted/join/told_figures.h"

namespace nmtx {
namespace {

// "…, compressed oops, g1 gc, linux-amd64)"
std::optional<std::string> gc_in(std::string_view vm) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names{
        {{" g1 gc", "G1"},
         {" z gc", "Z"},
         {" parallel gc", "Parallel"},
         {" serial gc", "Serial"},
         {" shenandoah gc", "Shenandoah"},
         {" epsilon gc", "Epsilon"}}};
    for (const auto& [printed, name] : names) {
        if (vm.find(printed) != std::string_view::npos) return std::string(name);
    }
    return std::nullopt;
}

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
                take(moment, part);
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
        const Slot slot = slot_of(part);
        auto& slots = slots_[&process];
        const auto bit = 1U << static_cast<unsigned>(slot);
        const bool again = slot != Slot::none && (slots & bit) != 0;
        if (process.moments.empty() || again || contradicts(process.moments.back().view.vm_flags, part)) {
            process.moments.emplace_back();
            slots = 0;
        }
        slots |= bit;
        return process.moments.back();
    }

    void take(PastedMoment& moment, PastedPart& part) {
        std::visit([&](auto& contents) { take_contents(moment, part, contents); }, part.contents);
    }

    static void take_contents(PastedMoment& /*moment*/, PastedPart& /*part*/, std::monostate& /*nothing*/) {}
    // What is no part of a view: its figures are shown, and that is all.
    template <typename T>
    static void take_contents(PastedMoment& /*moment*/, PastedPart& /*part*/, T& /*contents*/) {}

    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, PastedNmt& nmt) {
        ProcessView& view = moment.view;
        const bool finer = !view.nmt || nmt.report.unit <= view.nmt->unit;
        if (!nmt.report.regions.empty()) {
            std::vector<NmtRegion> regions = std::move(nmt.report.regions);
            nmt.report.regions.clear();
            view.nmt_map = nmt.report;
            view.nmt_map->has_map = true;
            view.nmt_map->regions = std::move(regions);
        }
        if (nmt.sites && !view.nmt_sites) view.nmt_sites = *nmt.sites;
        if (nmt.has_total && finer) view.nmt = nmt.report;
    }

    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, NmtRefusal& refusal) {
        moment.view.nmt_refusal = refusal.text;
    }

    static void take_contents(PastedMoment& moment, PastedPart& part, Smaps& smaps) {
        const bool better =
            !moment.view.smaps || (smaps.rss_known && !moment.view.smaps->rss_known) ||
            (smaps.from == MappingsFrom::smaps && moment.view.smaps->from != MappingsFrom::smaps);
        if (!better) {
            part.notes.emplace_back("its mappings are not used: another text of the same snapshot has more");
            return;
        }
        moment.view.smaps = std::move(smaps);
        moment.piece = part.piece;
    }

    template <typename T>
    static void keep(std::optional<T>& into, const T& contents) {
        if (!into) into = contents;
    }
    // Of what may be as long as the input is, and is looked at in the view alone: no second copy.
    template <typename T>
    static void hand_over(std::optional<T>& into, T& contents) {
        if (!into) into = std::move(contents);
    }

    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, SystemMap& map) {
        hand_over(moment.view.system_map, map);
    }
    static void take_contents(PastedMoment& moment, PastedPart& part, CrashLog& crash) {
        ProcessView& view = moment.view;
        HsErr& log = crash.log;
        if (!log.vm.heap_info.spaces.empty()) keep(view.heap_info, log.vm.heap_info);
        if (!log.vm.code_heaps.empty()) keep(view.code_heaps, log.vm.code_heaps);
        if (log.vm.metaspace) keep(view.metaspace, *log.vm.metaspace);
        if (!view.version && log.feature) {
            JavaVersion version;
            version.feature = *log.feature;
            version.version = log.vm.java_version;
            version.jdk = log.vm.java_version;
            version.vm = log.vm.vm.substr(0, log.vm.vm.find(" ("));
            view.version = std::move(version);
        }
        const std::string& arguments = log.jvm_arguments.empty() ? log.command_line : log.jvm_arguments;
        if (!view.options) view.options = read_jvm_options(split_joined_options(arguments));
        if (!view.options->gc) view.options->gc = gc_in(log.vm.vm);
        hand_over(view.vm_info, log.vm);
        if (crash.nmt) take_contents(moment, part, *crash.nmt);
        if (crash.maps) take_contents(moment, part, *crash.maps);
        if (log.memory.resident) moment.process_memory = log.memory;
        if (log.machine_memory) moment.machine_memory = log.machine_memory;
        moment.crashed = moment.crashed || log.crashed;
        moment.out_of_memory = moment.out_of_memory || !log.reason.empty() || log.failed_allocation ||
                               log.headline.starts_with("Out of Memory Error");
        if (log.elapsed_s) view.header.target_uptime_s = *log.elapsed_s;
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, ThreadDump& dump) {
        hand_over(moment.view.thread_dump, dump);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, HeapInfo& info) {
        keep(moment.view.heap_info, info);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, std::vector<CodeHeap>& heaps) {
        keep(moment.view.code_heaps, heaps);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, MetaspaceReport& report) {
        keep(moment.view.metaspace, report);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, JavaVersion& version) {
        keep(moment.view.version, version);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, ProcessStatus& status) {
        if (status.pid != 0) keep(moment.view.status, status);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, HsPerfData& perf) {
        keep(moment.view.perf, perf);
        if (moment.view.perf->text("java.rt.vmArgs") && !moment.view.options)
            moment.view.options =
                read_jvm_options(split_joined_options(*moment.view.perf->text("java.rt.vmArgs")));
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, LauncherSettings& settings) {
        keep(moment.documents.settings, settings);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, JstatTable& jstat) {
        moment.documents.jstat = jstat;
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, JmapHeap& heap) {
        keep(moment.documents.jmap_heap, heap);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, CompilerMemory& memory) {
        hand_over(moment.documents.compiler_memory, memory);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, JemallocStats& stats) {
        moment.documents.jemalloc = stats;
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, Limits& limits) {
        keep(moment.view.limits, limits);
    }
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, Statm& statm) {
        keep(moment.view.statm_after, statm);
    }
    // `cat` of one file after the other gives a text for each.
    static void take_contents(PastedMoment& moment, PastedPart& /*part*/, CgroupMemory& cgroup) {
        keep(moment.view.cgroup, cgroup);
        CgroupMemory& all = *moment.view.cgroup;
        for (const auto figure :
             {&CgroupMemory::limit, &CgroupMemory::current, &CgroupMemory::peak, &CgroupMemory::swap_current,
              &CgroupMemory::anon, &CgroupMemory::file, &CgroupMemory::active_file,
              &CgroupMemory::inactive_file, &CgroupMemory::shmem, &CgroupMemory::kernel,
              &CgroupMemory::pagetables, &CgroupMemory::sock}) {
            if (!(all.*figure)) all.*figure = cgroup.*figure;
        }
        if (!all.oom_kills) all.oom_kills = cgroup.oom_kills;
        if (!all.limit_hits) all.limit_hits = cgroup.limit_hits;
    }
    static void take_contents(PastedMoment& moment, PastedPart& part, JvmCommandLine& line) {
        if (!moment.view.options) moment.view.options = read_jvm_options(split_joined_options(line.options));
        const bool in_effect =
            part.part.kind == PastedKind::vm_flags || part.part.kind == PastedKind::flag_table;
        if (in_effect) moment.view.vm_flags = flags_of_options(split_joined_options(line.options));
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
            // A piece of pmap need not show libjvm.so; who has NMT is a HotSpot.
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
    std::map<const PastedProcess*, unsigned> slots_;
};

}  // namespace

void join_parts(Pasted& pasted) {
    Joiner(pasted).run();
}

}  // namespace nmtx
