#include "platform/os/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace nmtx {

// The limit stops files; a pipe to a collector (core_pattern "|…") is written in spite of it, but for no
// process that is not dumpable.
void forbid_core_dumps() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur != 0) {
        limit.rlim_cur = 0;
        ::setrlimit(RLIMIT_CORE, &limit);
    }
    if (::prctl(PR_GET_DUMPABLE) == 1) ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace nmtx
