#include "platform/triggers/evidence_taker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "account/account.h"
#include "base/amounts.h"
#include "change/sample_plan.h"
#include "evidence/archive.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/os/clock.h"
#include "process/process_reader.h"
#include "report/ticket/ticket.h"
#include "triggers/evidence_folders.h"

namespace nmtx {
namespace {

// For all questions to the JVM together.
constexpr std::chrono::milliseconds for_the_jvm{2000};

// Only what the kernel says, and what is known of the process already.
class FirstLookPlan : public ReconciliationPlan {
  public:
    FirstLookPlan() : ReconciliationPlan({Effort::least, false}, without_walk()) {}

    std::optional<Missing> attach_refused(const Capture& /*so_far*/) override {
        return Missing{
            "the JVM was not asked: this snapshot had to be quick, and the whole one was not completed", {}};
    }
    [[nodiscard]] Missing why_not_walked() const override {
        return {"this snapshot had to be quick, and the whole one was not completed", {}};
    }

  private:
    static MallocOptions without_walk() {
        MallocOptions options;
        options.malloc_walk = false;
        return options;
    }
};

double ms_since(std::uint64_t ns) {
    return static_cast<double>(monotonic_ns() - ns) / 1e6;
}

Expected<NamedFile> archived(const Capture& capture) {
    auto archive = write_archive(capture);
    if (!archive) return tl::make_unexpected(archive.error());
    return NamedFile{std::string(evidence_capture), std::move(*archive)};
}

CollectOptions collect_options(const SamplerOptions& sampler, const EvidenceRequest& request,
                               const std::stop_token& stop) {
    CollectOptions options = sampler.collect;
    options.pid = request.pid;
    options.start_ticks = request.start_ticks;
    options.stop = stop;
    return options;
}

}  // namespace

Expected<Capture> EvidenceTaker::first_look(const EvidenceRequest& request,
                                            const std::stop_token& stop) const {
    if (request.kind == ConditionKind::ended) return failure({}, "the process had ended");
    CollectOptions options = collect_options(sampler_, request, stop);
    options.effort = Effort::least;
    if (request.last.capture) options.known_answers = lasting_answers(*request.last.capture);
    FirstLookPlan plan;
    return collect(options, plan);
}

Expected<Capture> EvidenceTaker::whole(const EvidenceRequest& request, const std::stop_token& stop) const {
    CollectOptions options = collect_options(sampler_, request, stop);
    options.attach_timeout = std::min(options.attach_timeout, for_the_jvm);
    ReconciliationPlan plan({sampler_.effort, sampler_.ask_nmt}, sampler_.malloc);
    return collect(options, plan);
}

Expected<void> EvidenceTaker::write_ticket(const std::string& name, const Capture& capture,
                                           const EvidenceRequest& request) {
    auto archive = archived(capture);
    if (!archive) return tl::make_unexpected(archive.error());
    ProcessReader reader;
    if (auto read = reader.update(capture); !read) return read;
    const ProcessView view = reader.take_view();
    const auto account = account_of(view);
    if (!account) return tl::make_unexpected(account.error());
    Ticket ticket = ticket_of(*account, std::nullopt);
    ticket.taken.insert(ticket.taken.begin(), TicketFact{"Taken because", request.why});
    return store_.write(name, {std::move(*archive),
                               {std::string(evidence_markdown), markdown_report(ticket)},
                               {std::string(evidence_html), html_report(ticket)}});
}

// Null, and the line says why, where there is nothing to keep.
std::shared_ptr<const Capture> EvidenceTaker::store_first(const std::string& name,
                                                          const EvidenceRequest& request,
                                                          const std::stop_token& stop,
                                                          TakenEvidence& evidence) {
    auto looked = first_look(request, stop);
    auto capture = looked ? std::make_shared<const Capture>(std::move(*looked)) : request.last.capture;
    const auto none = [&](const Error& why) {
        evidence.line += "no evidence: " + to_string(why);
        return nullptr;
    };
    if (!capture) return none(looked.error());
    auto archive = archived(*capture);
    if (!archive) return none(archive.error());
    std::vector<NamedFile> files;
    files.push_back(std::move(*archive));
    if (auto written = store_.write(name, files); !written) return none(written.error());
    evidence.files.push_back(store_.path_of_folder(name) + "/" + std::string(evidence_capture));
    return capture;
}

TakenEvidence EvidenceTaker::take(const EvidenceRequest& request, const std::stop_token& stop) {
    const std::string name = evidence_name(utc_now(), request.pid, request.kind);
    TakenEvidence evidence{fmt::format("pid {}: {}: ", request.pid, request.why), {}};
    auto capture = store_first(name, request, stop, evidence);
    if (!capture) return evidence;
    std::string when;
    if (capture == request.last.capture) {
        when = fmt::format("the last snapshot, {:.1f} s before", ms_since(request.last.taken_ns) / 1000);
    } else {
        when = fmt::format("the first snapshot after {:.0f} ms", ms_since(request.fired_ns));
        if (auto more = whole(request, stop)) {
            capture = std::make_shared<const Capture>(std::move(*more));
            when += ", a whole one";
        } else {
            when += "; no whole one: " + more.error().what;
        }
    }
    if (auto ticket = write_ticket(name, *capture, request); !ticket) {
        evidence.line +=
            fmt::format("{} ({}), no ticket: {}", evidence.files[0], when, to_string(ticket.error()));
        return evidence;
    }
    const std::string folder = store_.path_of_folder(name);
    for (const std::string_view file : {evidence_markdown, evidence_html})
        evidence.files.push_back(folder + "/" + std::string(file));
    evidence.line += fmt::format("{} has capture and ticket ({}, the ticket after {:.0f} ms)", folder, when,
                                 ms_since(request.fired_ns));
    return evidence;
}

}  // namespace nmtx
