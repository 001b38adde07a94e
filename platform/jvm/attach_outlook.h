// Could a JVM be asked? Determined without asking it, and without leaving anything behind.
#pragma once

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct AttachOutlook {
    bool listens = false;  // its attach socket exists: no signal would be needed
};

// Fails with the reason for which AttachClient would fail, as far as that is known beforehand: another
// user's JVM, one that is stopped, does not catch SIGQUIT or has attach disabled, or a /tmp that it cannot
// write to.
Expected<AttachOutlook> attach_outlook(const ProcessFiles& process);

}  // namespace nmtx
