// A capture and a ticket, taken against the clock: what the kernel says is on the disk before the JVM is
// asked anything.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "evidence/capture.h"
#include "platform/sampling/sampler.h"
#include "platform/triggers/evidence_store.h"
#include "platform/triggers/watched_process.h"
#include "triggers/condition.h"

namespace nmtx {

struct EvidenceRequest {
    std::uint64_t pid = 0, start_ticks = 0;
    ConditionKind kind = ConditionKind::ended;
    std::string why;
    std::uint64_t fired_ns = 0;  // monotonic_ns()
    LastSnapshot last;           // in case that nothing can be read any more
};

struct TakenEvidence {
    std::string line;                // for the log
    std::vector<std::string> files;  // that were written: capture, Markdown, HTML
};

class EvidenceTaker {
  public:
    // `sampler` says how the process is read.
    EvidenceTaker(SamplerOptions sampler, std::string directory, Bytes most)
        : sampler_(std::move(sampler)), store_(std::move(directory), most) {}

    // First a snapshot by the kernel only, stored at once. Then a whole one, for which the JVM has two
    // seconds, and the ticket, both in its place. Ends early once `stop` is requested, with what it has. May
    // be called by several threads.
    TakenEvidence take(const EvidenceRequest& request, const std::stop_token& stop);

  private:
    [[nodiscard]] Expected<Capture> first_look(const EvidenceRequest& request,
                                               const std::stop_token& stop) const;
    [[nodiscard]] Expected<Capture> whole(const EvidenceRequest& request, const std::stop_token& stop) const;
    std::shared_ptr<const Capture> store_first(const std::string& name, const EvidenceRequest& request,
                                               const std::stop_token& stop, TakenEvidence& evidence);
    Expected<void> write_ticket(const std::string& name, const Capture& capture,
                                const EvidenceRequest& request);

    SamplerOptions sampler_;
    EvidenceStore store_;
};

}  // namespace nmtx
