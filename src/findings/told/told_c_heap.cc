// What glibc retains after free, as the JVM prints it: mallinfo2(), in VM.info and hs_err logs. Where malloc
// was walked, the walk shows more.
#include <fmt/format.h>

#include "findings/knowledge/jdk_offers.h"
#include "findings/told/told.h"
#include "findings/wording.h"

namespace nmtx::told {
namespace {

constexpr Bytes c_heap_least = mib(64);

std::optional<CHeapUse> c_heap_of(const ToldInput& input) {
    const ProcessView& view = input.view;
    if (input.told.c_heap) return input.told.c_heap;
    if (!view.vm_info || !view.vm_info->malloc_outstanding) return std::nullopt;
    return CHeapUse{*view.vm_info->malloc_outstanding, view.vm_info->malloc_retained,
                    view.vm_info->malloc_may_have_wrapped};
}

std::optional<Bytes> rss_of(const ToldInput& input) {
    if (input.has_ledger()) return input.rss;
    return input.told.resident ? std::optional(input.told.resident->rss) : std::nullopt;
}

// Of a pasted text the release need not be known.
bool jdk_may_have(const ProcessView& view, std::string_view name) {
    return !view.java_feature() || jdk_has(view, name);
}

void add_remedies(Finding& finding, const ProcessView& view) {
    if (jdk_may_have(view, "System.trim_native_heap"))
        finding.remedies.push_back({"Return it once", "jcmd PID System.trim_native_heap"});
    if (jdk_may_have(view, "-XX:TrimNativeHeapInterval"))
        finding.remedies.push_back({"Restart with a trim every minute", "-XX:TrimNativeHeapInterval=60000"});
    finding.remedies.push_back({"Restart with fewer arenas (environment variable)", "MALLOC_ARENA_MAX=2"});
}

}  // namespace

std::vector<Finding> c_heap(const ToldInput& input) {
    const auto use = c_heap_of(input);
    if (!use || !use->retained || input.view.walk() != nullptr) return {};
    const std::optional<Bytes> rss = rss_of(input);
    if (!use->may_have_wrapped && rss && *use->retained > *rss) return {};  // it counts more than is resident
    if (*use->retained < c_heap_least || (rss && use->retained->value() < rss->value() / 10)) return {};
    Finding finding;
    finding.severity = use->may_have_wrapped ? Severity::note : Severity::warning;
    finding.confidence = use->may_have_wrapped ? Confidence::low : Confidence::medium;
    finding.bytes = *use->retained;
    finding.resident = false;
    const std::string share =
        rss && *use->retained <= *rss ? fmt::format(" ({} % of RSS)", percent(*use->retained, *rss)) : "";
    finding.title = fmt::format("{} MiB{} freed but retained by glibc{}", in_mib(*use->retained), share,
                                use->may_have_wrapped ? ", if the counter has not wrapped at 4 GiB" : "");
    finding.evidence.push_back(fmt::format(
        "VM.info, C-Heap outstanding allocations: {} MiB in use, {} MiB retained{}.",
        in_mib(use->outstanding), in_mib(*use->retained),
        use->may_have_wrapped ? "; the JVM adds \"may have wrapped\": both are modulo 4 GiB" : ""));
    finding.evidence.emplace_back(
        "glibc counts free chunks, resident or not: a trim returns at most that much.");
    add_remedies(finding, input.view);
    finding.refutes = Refutes::claim;
    finding.refuted_by = "RSS stays the same after a trim";
    return {std::move(finding)};
}

}  // namespace nmtx::told
