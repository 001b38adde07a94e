// Could a JVM be asked? Found out without asking it, and without leaving anything behind.
#pragma once

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct AttachOutlook {
    bool listens = false;  // its attach socket is there: no signal would be needed
};

// Fails with the reason why AttachClient would fail, as far as that shows beforehand: another user's JVM, one
// that is stopped, catches no SIGQUIT or was told not to be asked, a /tmp that it cannot write to.
Expected<AttachOutlook> attach_outlook(const ProcessFiles& process);

}  // namespace nmtx
