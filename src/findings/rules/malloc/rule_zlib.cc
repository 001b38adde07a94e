// Open zlib streams: Inflater and Deflater hold tens to hundreds of KiB each until end(), or until the
// collector finds them.
#include <fmt/format.h>

#include "findings/figures/growth.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/zlib_use.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes zlib_much = mib(64);

const OwnerTrend* growth_of_zlib(const FindingInput& input) {
    if (input.history == nullptr) return nullptr;
    const OwnerTrend* fastest = nullptr;
    for (const OwnerTrend& owner : input.history->owners) {
        const bool of_zlib = owner.path().find("/libz.so") != std::string_view::npos ||
                             owner.path().find("/libzip.so") != std::string_view::npos;
        if (!of_zlib || !is_below(owner.path(), owner_path::malloc) || owner.verdict != Verdict::leak)
            continue;
        if (fastest == nullptr || growth_per_hour(owner) > growth_per_hour(*fastest)) fastest = &owner;
    }
    return fastest;
}

void tell_growth(Finding& finding, const OwnerTrend& growth) {
    finding.severity = Severity::problem;
    finding.confidence = confidence_of_growth(growth);
    finding.title = fmt::format("zlib leak: growing {}/h; Inflater or Deflater objects that are never ended",
                                human(growth_per_hour(growth)));
    finding.evidence.push_back(growth_sentence(growth));
}

}  // namespace

std::vector<Finding> zlib(const FindingInput& input) {
    const MallocWalk* const walk = input.view.walk();
    if (walk == nullptr || !(maps_library(input.view, "libzip.so") || maps_library(input.view, "libz.so")))
        return {};
    const ZlibUse use = zlib_use(*walk);
    const OwnerTrend* const growth = growth_of_zlib(input);
    const bool large = stands_out(use, input.view, input.ledger.rss);
    if (use.streams() == 0 || (!large && growth == nullptr)) return {};
    Finding finding;
    finding.severity = use.resident >= zlib_much && use.resident.value() >= input.ledger.rss.value() / 10
                           ? Severity::warning
                           : Severity::note;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} held by {}: Inflater or Deflater objects in use, or never ended",
                                human(use.resident), counted(use.streams(), "zlib stream", "zlib streams"));
    if (growth != nullptr) tell_growth(finding, *growth);
    finding.bytes = use.resident;
    finding.outside_nmt = true;
    finding.evidence.push_back(
        fmt::format("Blocks shaped like zlib's: {} and {}; with windows and buffers {}, {} per stream.",
                    counted(use.inflaters, "inflate state", "inflate states"),
                    counted(use.deflaters, "deflate state", "deflate states"), human(use.resident),
                    human(Bytes(use.resident.value() / use.streams()))));
    if (input.view.vm == Vm::hotspot)
        finding.remedies.push_back(
            {"Count the Java objects (pauses the JVM; without -all it runs a full GC first)",
             "jcmd PID GC.class_histogram -all | grep -E 'zip.(In|De)flater'"});
    if (input.history == nullptr) finding.remedies.push_back(check_growth());
    finding.remedies.push_back(
        {"Call end() on each Inflater and Deflater, or close() the stream, archive or connection", ""});
    finding.refutes = Refutes::leak;
    finding.refuted_by = "as many connections, archives or files are compressing right now";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
