// One method whose compilation needs much memory, named by Compiler.memory.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// "com/shop/Rules::apply((Ljava/lang/Object;)V)": without the signature, as -XX:CompileCommand takes it.
std::string pattern_of(std::string_view method) {
    return printable(method.substr(0, method.find('(')));
}

}  // namespace

std::vector<Finding> compilation_memory(const PastedEvidence& evidence) {
    const auto& memory = evidence.documents.compiler_memory;
    if (!memory || memory->compilations.empty()) return {};
    const auto largest = std::ranges::max_element(memory->compilations, {}, &CompilationMemory::peak);
    // C2 takes tens of megabytes for large methods.
    if (largest->peak < mib(256)) return {};
    const auto others = std::ranges::count_if(memory->compilations,
                                              [](const CompilationMemory& c) { return c.peak >= mib(256); });
    const std::string pattern = pattern_of(largest->method);
    Finding finding;
    finding.severity = largest->peak >= mib(1024) ? Severity::problem : Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = largest->peak;
    finding.resident = false;
    finding.title = fmt::format("{} at peak to compile {} ({})", human(largest->peak), pattern,
                                largest->compiler.empty() ? "JIT" : printable(largest->compiler));
    std::string when =
        largest->time_s ? fmt::format(", {} after the start", human_seconds(*largest->time_s)) : "";
    finding.evidence.push_back(
        fmt::format("Compiler.memory: {}{}{}.", human(largest->peak),
                    largest->nodes ? fmt::format(", {} nodes", grouped(*largest->nodes)) : "", when));
    if (others > 1)
        finding.evidence.push_back(fmt::format("{} compilations took 256 MiB or more.",
                                               grouped(static_cast<std::uint64_t>(others))));
    if (largest->result == "oom") finding.evidence.emplace_back("The compilation was stopped at its limit.");
    finding.evidence.emplace_back(
        "The memory is freed when the compilation ends, but malloc may retain it, and the "
        "peak may reach a limit.");
    finding.remedies.push_back({"Restart with the method excluded from compilation",
                                fmt::format("-XX:CompileCommand=exclude,{}", pattern)});
    finding.remedies.push_back({"Restart with a limit for each compilation (JDK 22 and later)",
                                "-XX:CompileCommand=MemLimit,*.*,256M"});
    finding.refuted_by = "it takes less after the method is split, or with a later JDK";
    return {finding};
}

}  // namespace nmtx::rule
