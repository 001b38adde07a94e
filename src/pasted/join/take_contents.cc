#include "pasted/join/take_contents.h"

#include <array>
#include <concepts>

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

template <typename T, typename... Types>
concept one_of = (std::same_as<T, Types> || ...);

template <typename T>
void keep(std::optional<T>& into, const T& contents) {
    if (!into) into = contents;
}

// Of what may be as long as the input is, and is looked at in the view alone: no second copy.
template <typename T>
void hand_over(std::optional<T>& into, T& contents) {
    if (!into) into = std::move(contents);
}

// Below is a take() for each alternative of PastedContents; the compiler names the one that is missing.

// Their figures are shown, and told_figures.cc looks at some; the view has no place for them.
template <typename T>
concept ShownOnly = one_of<T, std::monostate, SmapsRollup, MallocInfo, GcLog, FileThreadDump, ClassHistogram,
                           Vitals, ProcessMemoryPart>;
// What is about no one process, which join.cc brings to the process that it concerns.
template <typename T>
concept OfSurroundings =
    one_of<T, PssSeries, OomLog, Top, ProcessTable, ContainerTable, ContainerReport, HostMemory>;

template <typename T>
    requires(ShownOnly<T> || OfSurroundings<T>)
void take(PastedMoment& /*moment*/, PastedPart& /*part*/, T& /*contents*/) {}

void take(PastedMoment& moment, PastedPart& /*part*/, PastedNmt& nmt) {
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

void take(PastedMoment& moment, PastedPart& /*part*/, NmtRefusal& refusal) {
    moment.view.nmt_refusal = refusal.text;
}

void take(PastedMoment& moment, PastedPart& part, Smaps& smaps) {
    const bool better = !moment.view.smaps || (smaps.rss_known && !moment.view.smaps->rss_known) ||
                        (smaps.from == MappingsFrom::smaps && moment.view.smaps->from != MappingsFrom::smaps);
    if (!better) {
        part.notes.emplace_back("its mappings are not used: another text of the same snapshot has more");
        return;
    }
    moment.view.smaps = std::move(smaps);
    moment.piece = part.piece;
}

void take(PastedMoment& moment, PastedPart& /*part*/, SystemMap& map) {
    hand_over(moment.view.system_map, map);
}

void take(PastedMoment& moment, PastedPart& part, CrashLog& crash) {
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
    if (crash.nmt) take(moment, part, *crash.nmt);
    if (crash.maps) take(moment, part, *crash.maps);
    if (log.memory.resident) moment.process_memory = log.memory;
    if (log.machine_memory) moment.machine_memory = log.machine_memory;
    moment.crashed = moment.crashed || log.crashed;
    moment.out_of_memory = moment.out_of_memory || !log.reason.empty() || log.failed_allocation ||
                           log.headline.starts_with("Out of Memory Error");
    if (log.elapsed_s) view.header.target_uptime_s = *log.elapsed_s;
}

void take(PastedMoment& moment, PastedPart& /*part*/, ThreadDump& dump) {
    hand_over(moment.view.thread_dump, dump);
}

void take(PastedMoment& moment, PastedPart& /*part*/, HeapInfo& info) {
    keep(moment.view.heap_info, info);
}

void take(PastedMoment& moment, PastedPart& /*part*/, std::vector<CodeHeap>& heaps) {
    keep(moment.view.code_heaps, heaps);
}

void take(PastedMoment& moment, PastedPart& /*part*/, MetaspaceReport& report) {
    keep(moment.view.metaspace, report);
}

void take(PastedMoment& moment, PastedPart& /*part*/, JavaVersion& version) {
    keep(moment.view.version, version);
}

void take(PastedMoment& moment, PastedPart& /*part*/, ProcessStatus& status) {
    if (status.pid != 0) keep(moment.view.status, status);
}

void take(PastedMoment& moment, PastedPart& /*part*/, HsPerfData& perf) {
    keep(moment.view.perf, perf);
    if (moment.view.perf->text("java.rt.vmArgs") && !moment.view.options)
        moment.view.options =
            read_jvm_options(split_joined_options(*moment.view.perf->text("java.rt.vmArgs")));
}

void take(PastedMoment& moment, PastedPart& /*part*/, LauncherSettings& settings) {
    keep(moment.documents.settings, settings);
}

void take(PastedMoment& moment, PastedPart& /*part*/, JstatTable& jstat) {
    moment.documents.jstat = jstat;
}

void take(PastedMoment& moment, PastedPart& /*part*/, JmapHeap& heap) {
    keep(moment.documents.jmap_heap, heap);
}

void take(PastedMoment& moment, PastedPart& /*part*/, CompilerMemory& memory) {
    hand_over(moment.documents.compiler_memory, memory);
}

void take(PastedMoment& moment, PastedPart& /*part*/, JemallocStats& stats) {
    moment.documents.jemalloc = stats;
}

void take(PastedMoment& moment, PastedPart& /*part*/, Limits& limits) {
    keep(moment.view.limits, limits);
}

void take(PastedMoment& moment, PastedPart& /*part*/, Statm& statm) {
    keep(moment.view.statm_after, statm);
}

// `cat` of one file after the other gives a text for each.
void take(PastedMoment& moment, PastedPart& /*part*/, CgroupMemory& cgroup) {
    keep(moment.view.cgroup, cgroup);
    CgroupMemory& all = *moment.view.cgroup;
    for (const auto figure :
         {&CgroupMemory::limit, &CgroupMemory::current, &CgroupMemory::peak, &CgroupMemory::swap_current,
          &CgroupMemory::anon, &CgroupMemory::file, &CgroupMemory::active_file, &CgroupMemory::inactive_file,
          &CgroupMemory::shmem, &CgroupMemory::kernel, &CgroupMemory::pagetables, &CgroupMemory::sock}) {
        if (!(all.*figure)) all.*figure = cgroup.*figure;
    }
    if (!all.oom_kills) all.oom_kills = cgroup.oom_kills;
    if (!all.limit_hits) all.limit_hits = cgroup.limit_hits;
}

void take(PastedMoment& moment, PastedPart& part, JvmCommandLine& line) {
    if (!moment.view.options) moment.view.options = read_jvm_options(split_joined_options(line.options));
    const bool in_effect = part.part.kind == PastedKind::vm_flags || part.part.kind == PastedKind::flag_table;
    if (in_effect) moment.view.vm_flags = flags_of_options(split_joined_options(line.options));
}

}  // namespace

void take_contents(PastedMoment& moment, PastedPart& part) {
    std::visit(
        [&](auto& contents) {
            static_assert(
                requires { take(moment, part, contents); },
                "an alternative of PastedContents has no take() in this file");
            take(moment, part, contents);
        },
        part.contents);
}

}  // namespace nmtx
