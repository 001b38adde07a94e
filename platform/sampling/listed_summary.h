// What is known of the JVMs of this host without asking them.
#pragma once

#include "platform/jvm/jvm_list.h"
#include "process/jvm_summary.h"

namespace nmtx {

// With the names of its container, from files of the runtime on this host.
JvmSummary summary_of_listed(const ListedJvm& process);

}  // namespace nmtx
