// Agents in the JVM: which ones, and how much NMT counts in the categories that agents and JFR use.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/paths.h"
#include "base/printable.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/knowledge/known_bugs.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "process/given_options.h"

namespace nmtx::rule {
namespace {

constexpr Bytes agents_warns_at = mib(64);

struct Agent {
    std::string name;  // "opentelemetry-javaagent 2.1.0"
    std::string how;   // "-javaagent", "mapped"
};

// "dd-java-agent-1.31.2.jar" is version 1.31.2 of dd-java-agent.
std::string with_version(std::string_view file) {
    for (const std::string_view ending : {".jar", ".so"}) {
        if (file.ends_with(ending)) file.remove_suffix(ending.size());
    }
    for (std::size_t at = 0; (at = file.find('-', at)) != std::string_view::npos; ++at) {
        if (at + 1 < file.size() && file[at + 1] >= '0' && file[at + 1] <= '9' &&
            file.find('.', at) != file.npos)
            return fmt::format("{} {}", file.substr(0, at), file.substr(at + 1));
    }
    return std::string(file);
}

// -javaagent:/opt/otel-2.1.0.jar=options   -agentpath:/opt/libasyncProfiler.so=start
// -agentlib:jdwp=transport=…
std::vector<Agent> of_options(const ProcessView& view) {
    std::vector<Agent> agents;
    const auto options = jvm_options(view);
    for (const std::string_view option : options) {
        for (const std::string_view kind : {"-javaagent:", "-agentpath:", "-agentlib:"}) {
            if (!option.starts_with(kind)) continue;
            std::string_view value = option.substr(kind.size());
            value = value.substr(0, value.find('='));
            agents.push_back({with_version(base_name(value)), std::string(kind.substr(0, kind.size() - 1))});
        }
    }
    return agents;
}

// Libraries that only agents use. libinstrument.so is the JDK's own, which runs java agents.
constexpr std::array libraries{std::string_view("libasyncProfiler"), std::string_view("libjdwp.so"),
                               std::string_view("libinstrument.so")};

bool is_named(const std::vector<Agent>& agents, std::string_view library) {
    return std::any_of(agents.begin(), agents.end(), [&](const Agent& agent) {
        if (library == "libinstrument.so") return agent.how == "-javaagent";
        const std::string_view stem = library.substr(3, library.find('.') - 3);
        return agent.name.find(stem) != std::string::npos;
    });
}

void add_mapped(std::vector<Agent>& agents, const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.inode == 0 || !mapping.protection.execute) continue;
        const std::string_view file = base_name(mapping.name);
        for (const std::string_view library : libraries) {
            if (!file.starts_with(library) || is_named(agents, file)) continue;
            const bool instrument = library == "libinstrument.so";
            agents.push_back({instrument ? std::string("a java agent") : with_version(file),
                              instrument ? "-javaagent" : "-agentpath"});
            agents.back().how = "attached at run time: " + std::string(file) + " is mapped";
        }
    }
}

Bytes committed_of(const ProcessView& view, std::string_view name) {
    const NmtCategory* const category = view.nmt ? view.nmt->find(name) : nullptr;
    return category == nullptr ? Bytes() : category->committed;
}

void add_bugs(Finding& finding, const ProcessView& view, std::string_view category) {
    const auto feature = view.java_feature();
    const auto update = jdk_update(view);
    if (!feature || !update) return;
    for (const KnownBug* bug : bugs_of(category)) {
        if (affects(*bug, *feature, *update)) finding.bugs.push_back(bug->id);
    }
}

std::string listed(const std::vector<Agent>& agents) {
    std::string text;
    for (const Agent& agent : agents) text += (text.empty() ? "" : ", ") + printable(agent.name);
    return text;
}

}  // namespace

std::vector<Finding> agents(const FindingInput& input) {
    const ProcessView& view = input.view;
    if (view.vm != Vm::hotspot) return {};
    std::vector<Agent> found = of_options(view);
    if (view.smaps) add_mapped(found, *view.smaps);
    const Bytes serviceability = committed_of(view, "Serviceability"),
                tracing = committed_of(view, "Tracing");
    const Bytes both = serviceability + tracing;
    const bool large = both >= agents_warns_at && both.value() > input.ledger.rss_true().value() / 20;
    if (found.empty() && !large) return {};
    Finding finding;
    if (large) finding.severity = Severity::warning;
    finding.title =
        found.empty()
            ? fmt::format("{} committed for JFR and JVMTI, no agent identified", human(both))
            : fmt::format("{} in the JVM: {}", found.size() == 1 ? "Agent" : "Agents", listed(found));
    if (large) finding.bytes = both;
    finding.resident = false;
    for (const Agent& agent : found)
        finding.evidence.push_back(fmt::format("{}: {}.", printable(agent.name), printable(agent.how)));
    if (view.nmt)
        finding.evidence.push_back(fmt::format(
            "NMT: {} in Serviceability (JVMTI, which agents use), {} in Tracing (JFR). The agent's "
            "own malloc is not included, and its Java objects are in the heap.",
            human(serviceability), human(tracing)));
    if (large && tracing > serviceability)
        finding.remedies.push_back({"List the active recordings", "jcmd PID JFR.check"});
    if (!found.empty())
        for (const auto& [what, command] :
             {std::pair("Save a snapshot with the agent", "nmtx capture PID -o with.nmtx"),
              std::pair("Restart without it and compare with that snapshot", "nmtx diff with.nmtx PID")})
            finding.remedies.push_back({what, command});
    finding.refuted_by = "the figures are the same without the agent";
    if (large) add_bugs(finding, view, tracing > serviceability ? "Tracing" : "Serviceability");
    return {std::move(finding)};
}

}  // namespace nmtx::rule
