#include "platform/jvm/mapped_vm.h"

namespace nmtx {

Expected<Vm> mapped_vm(const ProcessFiles& process) {
    return process.read_large("maps").map([](const std::string& maps) { return vm_of_maps(maps); });
}

}  // namespace nmtx
