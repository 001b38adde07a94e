// The working memory of C1 and C2: arenas that peak while a method is compiled and are freed afterwards.
#include <fmt/format.h>

#include "findings/figures/growth.h"
#include "findings/figures/known_growth.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes most_normal = Bytes(500'000'000);
constexpr double warm_up_s = 600;

void add_remedies(Finding& finding, const ProcessView& view) {
    finding.remedies.push_back({"See what is being compiled", "nmtx threads PID --thread 'C[12] Compiler'"});
    // Of a pasted text the release need not be known.
    if (!view.java_feature() || jdk_has(view, "Compiler.memory")) {
        const std::string_view from = view.java_feature() ? "" : " (JDK 22 and later)";
        finding.remedies.push_back(
            {fmt::format("Restart with memory statistics for each compilation{}", from),
             "-XX:CompileCommand=MemStat,*.*"});
        finding.remedies.push_back(
            {fmt::format("After that restart, list memory by method{}", from), "jcmd PID Compiler.memory"});
        finding.remedies.push_back({fmt::format("Restart with a limit for each compilation{}", from),
                                    "-XX:CompileCommand=MemLimit,*.*,500m"});
    }
    finding.remedies.push_back(
        {"Once the method is known, exclude it with -XX:CompileCommand=exclude,CLASS::METHOD (it then runs slowly)",
         ""});
}

}  // namespace

std::vector<Finding> compiler(const FindingInput& input) {
    if (!input.view.nmt) return {};
    const NmtCategory* const category = input.view.nmt->find("Compiler");
    if (category == nullptr) return {};
    // A report that was cut or filtered may have no line below the category's own.
    const Bytes counted = category->malloc + category->arena;
    const Bytes held = counted == Bytes() ? category->committed : counted;
    const OwnerTrend* const growth =
        fastest_leak(input.history, {{Series::nmt_category_committed, "Compiler"}});
    if (held <= most_normal && growth == nullptr) return {};
    // Of a pasted text the time need not be known.
    const double up_s = input.view.header.target_uptime_s;
    const bool young = up_s < warm_up_s && (up_s > 0 || !is_pasted(input.view));
    const auto bugs = bugs_that_fit(input.view, "Compiler");
    Finding finding;
    // In its first minutes a JVM compiles most of what it ever will.
    finding.severity = growth != nullptr                           ? Severity::problem
                       : young && bugs.empty() && held < mib(1024) ? Severity::note
                                                                   : Severity::warning;
    finding.confidence = growth != nullptr ? confidence_of_growth(*growth)
                         : young           ? Confidence::low
                                           : Confidence::medium;
    finding.bytes = held;
    finding.resident = false;
    finding.title =
        growth != nullptr
            ? fmt::format("JIT compiler memory leak: growing {}/h", human(growth_per_hour(*growth)))
            : fmt::format("{} held by the JIT compilers, far more than compiling needs", human(held));
    finding.evidence.push_back(fmt::format(
        "NMT Compiler: {} MiB of the {} MiB committed by the JVM ({} %), {} MiB in arenas{}.", in_mib(held),
        in_mib(input.view.nmt->committed), percent(held, input.view.nmt->committed), in_mib(category->arena),
        young ? fmt::format("; the JVM has been up for {}, when peaks are normal",
                            human_seconds(input.view.header.target_uptime_s))
              : ""));
    if (growth != nullptr) finding.evidence.push_back(growth_sentence(*growth));
    add_bugs(finding, bugs);
    add_remedies(finding, input.view);
    if (growth != nullptr) finding.refutes = Refutes::leak;
    finding.refuted_by =
        "usage returns to a few MiB once one method is compiled (the limit must still fit that peak)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
