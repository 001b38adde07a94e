// Output of the JDK's tools, and jemalloc's statistics, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/cursor.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

using Sample = JstatSample;

// The sum of columns; nothing where none is there.
std::optional<Bytes> sum_of(const JstatTable& table, const Sample& sample,
                            std::initializer_list<std::string_view> columns) {
    std::optional<Bytes> sum;
    for (const std::string_view column : columns) {
        if (const auto bytes = table.bytes(sample, column)) sum = sum.value_or(Bytes()) + *bytes;
    }
    return sum;
}

class JstatFigures {
  public:
    JstatFigures(PastedPart& part, const JstatTable& table)
        : part_(part), table_(table), first_(table.samples.front()), last_(table.samples.back()) {}

    void add() {
        if (table_.samples.size() > 1) part_.figures.push_back(number("samples", table_.samples.size()));
        if (table_.has("OU") && table_.has("EU")) {
            sum("heap used", {"S0U", "S1U", "EU", "OU"});
            sum("heap committed", {"S0C", "S1C", "EC", "OC"});
        }
        sum("old used", {"OU"});
        sum("old committed", {table_.has("OGC") && !table_.has("OC") ? "OGC" : "OC"});
        sum("old at most", {"OGCMX"});
        sum("young at most", {"NGCMX"});
        sum("metaspace used", {"MU"});
        sum("metaspace committed", {"MC"});
        sum("metaspace reserved", {"MCMX"});
        sum("class space used", {"CCSU"});
        sum("class space committed", {"CCSC"});
        sum("class space reserved", {"CCSMX"});
        sum("permanent generation used", {"PU"});
        percent("eden", "E");
        percent("old", "O");
        percent("metaspace", "M");
        percent("class space", "CCS");
        count("young collections", "YGC");
        count("full collections", "FGC");
        if (!last_.last_cause.empty())
            part_.figures.push_back(words("last cause", std::string(last_.last_cause)));
        if (table_.has("M"))
            part_.notes.emplace_back(
                "M and CCS are the used part of what is committed, not of a limit: near 100 is normal");
    }

  private:
    void sum(std::string name, std::initializer_list<std::string_view> columns) {
        const auto last = sum_of(table_, last_, columns);
        if (!last) return;
        const auto first = sum_of(table_, first_, columns);
        part_.figures.push_back(amount(std::move(name), *last, difference(*last, first.value_or(*last))));
    }
    void percent(std::string name, std::string_view column) {
        if (const auto value = table_.value(last_, column))
            part_.figures.push_back(words(std::move(name), fmt::format("{:.1f} %", *value)));
    }
    void count(std::string name, std::string_view column) {
        const auto last = table_.count(last_, column), first = table_.count(first_, column);
        if (!last) return;
        PastedFigure figure = number(std::move(name), *last);
        if (first && *last > *first) figure.count_change = static_cast<std::int64_t>(*last - *first);
        part_.figures.push_back(std::move(figure));
    }

    PastedPart& part_;
    const JstatTable& table_;
    const Sample &first_, &last_;
};

void add_limit(PastedPart& part, const std::string& name, const LimitSetting& limit) {
    if (limit.unlimited) part.figures.push_back(words(name, "none"));
    add(part, name, limit.bytes);
}

// The change from the oldest sample to the newest.
void add_course(PastedPart& part, const std::string& name, const Vitals& vitals,
                std::optional<Bytes> VitalsSample::* figure) {
    const auto last = vitals.newest().*figure, first = vitals.oldest().*figure;
    if (last) part.figures.push_back(amount(name, *last, difference(*last, first.value_or(*last))));
}

}  // namespace

void read_jstat(PastedPart& part) {
    if (const auto* table = taken(part, parse_jstat(*part.text))) JstatFigures(part, *table).add();
}

void read_jmap_heap(PastedPart& part) {
    const auto* heap = taken(part, parse_jmap_heap(*part.text));
    if (heap == nullptr) return;
    const std::size_t at = part.text->find("Attaching to process ID ");
    if (at != std::string::npos)
        if (const auto pid = Cursor(std::string_view(*part.text).substr(at + 24)).decimal()) part.pid = pid;
    add(part, "heap at most", heap->max_heap);
    add(part, "heap committed", heap->capacity());
    add(part, "heap used", heap->used());
    add(part, "class space at most", heap->class_space);
    add(part, "metaspace at most", heap->max_metaspace);
    if (!heap->collector.empty()) part.figures.push_back(words("collector", std::string(heap->collector)));
}

void read_vm_settings(PastedPart& part) {
    const auto* settings = taken(part, parse_launcher_settings(*part.text));
    if (settings == nullptr) return;
    add(part, settings->max_heap_estimated ? "heap at most (chosen by the JVM)" : "heap at most",
        settings->max_heap);
    add(part, "thread stack", settings->stack);
    add_limit(part, "memory limit", settings->memory);
    add_limit(part, "memory and swap limit", settings->memory_and_swap);
    if (settings->soft.bytes && *settings->soft.bytes != Bytes())
        add_limit(part, "soft limit", settings->soft);
    if (settings->cpus) part.figures.push_back(number("CPUs", *settings->cpus));
    if (!settings->provider.empty()) part.figures.push_back(words("from", std::string(settings->provider)));
    if (settings->not_containerized)
        part.notes.emplace_back("the JVM sees no container: it uses the machine's memory");
}

void read_compiler_memory(PastedPart& part) {
    const auto* memory = taken(part, parse_compiler_memory(*part.text));
    if (memory == nullptr) return;
    if (memory->disabled) {
        part.figures.push_back(words("statistics", "off"));
        part.notes.emplace_back(
            "start the JVM with -XX:CompileCommand=MemStat,*.*,collect to record the memory of each compilation");
        return;
    }
    part.figures.push_back(number("compilations", memory->compilations.size()));
    auto sorted = memory->compilations;
    std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.peak > b.peak; });
    constexpr std::size_t most = 3;
    for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i)
        part.figures.push_back(
            amount(fmt::format("{} {}", sorted[i].compiler, sorted[i].method), sorted[i].peak));
    const auto gave_up = std::ranges::count(sorted, std::string_view{"oom"}, &CompilationMemory::result);
    if (gave_up > 0)
        part.figures.push_back(number("aborted at the limit", static_cast<std::uint64_t>(gave_up)));
    if (!sorted.empty())
        part.notes.emplace_back("each figure is the peak of one compilation: it is freed when that ends");
}

void read_vitals(PastedPart& part) {
    const auto* vitals = taken(part, parse_vitals(*part.text));
    if (vitals == nullptr) return;
    part.figures.push_back(number("samples", vitals->samples.size()));
    add_course(part, "RSS", *vitals, &VitalsSample::rss);
    add_course(part, "anonymous", *vitals, &VitalsSample::anonymous);
    add_course(part, "malloc in use", *vitals, &VitalsSample::c_heap_used);
    add_course(part, "malloc freed but retained", *vitals, &VitalsSample::c_heap_free);
    add_course(part, "heap committed", *vitals, &VitalsSample::heap_committed);
    add_course(part, "heap used", *vitals, &VitalsSample::heap_used);
    add_course(part, "metaspace committed", *vitals, &VitalsSample::metaspace_committed);
    add_course(part, "code", *vitals, &VitalsSample::code);
    add_course(part, "malloc of the JVM (NMT)", *vitals, &VitalsSample::nmt_malloc);
    add_course(part, "cgroup usage", *vitals, &VitalsSample::cgroup_usage);
    add(part, "cgroup limit", vitals->newest().cgroup_limit);
    if (vitals->newest().threads) part.figures.push_back(number("threads", *vitals->newest().threads));
}

void read_jemalloc(PastedPart& part) {
    const auto* stats = taken(part, parse_jemalloc_stats(*part.text));
    if (stats == nullptr) return;
    if (!stats->version.empty())
        part.title += fmt::format(", {}", stats->version.substr(0, stats->version.find('-')));
    part.figures.push_back(amount("allocated", stats->allocated));
    add(part, "active", stats->active);
    add(part, "metadata", stats->metadata);
    add(part, "dirty", stats->dirty);
    add(part, "resident", stats->resident);
    add(part, "mapped", stats->mapped);
    add(part, "retained", stats->retained);
    if (stats->arenas) part.figures.push_back(number("arenas", *stats->arenas));
}

void read_jeprof(PastedPart& part) {
    const auto profile = parse_jeprof(*part.text);
    if (!profile) {
        part.problem = problem_of(part, profile.error());
        return;
    }
    take_unread(part, profile->not_understood);
    add(part, "total", profile->total);
    constexpr std::size_t most = 5;
    std::size_t shown = 0;
    for (const JeprofRow& row : profile->rows) {
        if (!row.flat || shown == most || *row.flat == Bytes()) continue;
        part.figures.push_back(amount(std::string(row.function.substr(0, 120)), *row.flat));
        ++shown;
    }
    if (profile->unit == JeprofUnit::objects || profile->unit == JeprofUnit::unknown)
        part.notes.emplace_back(profile->unit == JeprofUnit::objects
                                    ? "it counts blocks, not bytes"
                                    : "the line \"Total:\" is missing: the unit of its numbers is not known");
}

}  // namespace nmtx::pasted
