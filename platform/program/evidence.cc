#include "platform/program/evidence.h"

#include <utility>

#include "platform/proc/process_files.h"
#include "platform/program/run.h"

namespace nmtx {

Expected<std::unique_ptr<EvidenceWatch>> evidence_watch(const Command& command,
                                                        std::function<void(const std::string&)> say) {
    const EvidenceCommand& wanted = command.evidence;
    if (!wanted.wanted()) return std::unique_ptr<EvidenceWatch>();
    EvidenceOptions options{wanted.when,    wanted.directory,         wanted.most,
                            wanted.program, sampler_options(command), std::move(say)};
    if (command.target.pid != 0) {
        const auto process = ProcessFiles::open(command.target.pid);
        if (!process) return tl::make_unexpected(process.error());
        if (auto can = EvidenceWatch::check(options, process->pid(), process->start_ticks()); !can)
            return tl::make_unexpected(can.error());
    }
    return EvidenceWatch::begin(std::move(options));
}

void keep_samples_for(EvidenceWatch* watch, SamplerOptions& sampler) {
    if (watch == nullptr) return;
    sampler.keep = [watch](const Sample& sample, Capture capture) {
        watch->sampled(sample, std::move(capture));
    };
}

}  // namespace nmtx
