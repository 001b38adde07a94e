#include "process/jvm_flag.h"

#include "hotspot/identity.h"

namespace nmtx {

std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name) {
    if (view.vm_flags) return view.vm_flags->size_or_short(name);
    if (view.perf) {
        if (const auto given = view.perf->text("java.rt.vmArgs"))
            return flags_of_options(split_joined_options(*given)).size_or_short(name);
    }
    return flags_of_options(view.arguments).size_or_short(name);
}

}  // namespace nmtx
