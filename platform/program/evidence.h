// --when, --evidence, --run: the watch that they ask for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "platform/sampling/sampler.h"
#include "platform/triggers/evidence_watch.h"

namespace nmtx {

// Null without --when. Fails where a condition can never be met by the process, or where the directory or the
// program cannot be used. `say`: a line for the log, in another thread.
Expected<std::unique_ptr<EvidenceWatch>> evidence_watch(const Command& command,
                                                        std::function<void(const std::string&)> say);

// The watch gets every sample from now on; nothing changes where it is null.
void keep_samples_for(EvidenceWatch* watch, SamplerOptions& sampler);

}  // namespace nmtx
