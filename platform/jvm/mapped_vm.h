// Which virtual machine a running process has mapped.
#pragma once

#include "base/error.h"
#include "kernel/mappings/vm.h"
#include "platform/proc/process_files.h"

namespace nmtx {

Expected<Vm> mapped_vm(const ProcessFiles& process);

}  // namespace nmtx
