#include "kernel/mappings/vm.h"

#include "base/lines.h"
#include "base/paths.h"
#include "kernel/mappings/mapping_header.h"
#include "kernel/mappings/native_image.h"

namespace nmtx {
namespace {

// A launcher that HotSpot is linked into; the ordinary one has a few pages of code.
bool has_vm_inside(const Mapping& program) {
    return program.name.ends_with("/java") && program.protection.execute && program.range.size() >= mib(4);
}

// HotSpot maps its own counters so that it can write them; observers map them read-only.
bool own_counters(const Mapping& mapping) {
    return mapping.protection.shared && mapping.protection.write &&
           mapping.name.find("/hsperfdata_") != std::string_view::npos;
}

}  // namespace

Vm vm_of(const Smaps& smaps) {
    Vm vm = Vm::none;
    std::string_view last;
    for (const Mapping& mapping : smaps.mappings) {
        if (!mapping.of_file()) continue;
        if (own_counters(mapping) || has_vm_inside(mapping)) vm = Vm::hotspot;
        if (mapping.name == last) continue;
        last = mapping.name;
        const std::string_view name = base_name(without_deleted_mark(mapping.name));
        // OpenJ9 maps a libjvm.so as well, which only leads on to libj9vm29.so.
        if (name.starts_with("libj9vm") && name.find(".so") != std::string_view::npos) return Vm::openj9;
        if (name == "libjvm.so") vm = Vm::hotspot;
    }
    if (vm == Vm::none && native_image_heap(smaps)) return Vm::native_image;
    return vm;
}

Vm vm_of_maps(std::string_view maps) {
    Smaps smaps;
    for (Lines lines(maps); lines.next();) {
        Mapping mapping;
        if (read_mapping_header(lines.line(), mapping)) smaps.mappings.push_back(mapping);
    }
    return vm_of(smaps);
}

std::string_view name_of(Vm vm) {
    switch (vm) {
        case Vm::none:
            return "none";
        case Vm::hotspot:
            return "hotspot";
        case Vm::openj9:
            return "openj9";
        case Vm::native_image:
            return "native image";
        case Vm::unknown:
            break;
    }
    return "unknown";
}

}  // namespace nmtx
