#include "hotspot/hs_err/hs_err_headings.h"

#include <array>

namespace nmtx::vm {
namespace {

struct Known {
    std::string_view begins;
    HsErrPart part = HsErrPart::other;
    bool included = false;
};

// In the order of a log of 25. Lines of their own (Polling page) end the section above them as well.
constexpr std::array known{
    Known{"---------------  T H R E A D", HsErrPart::thread},
    Known{"---------------"},
    Known{"Threads class SMR info:", HsErrPart::thread_list},
    Known{"Java Threads:", HsErrPart::java_threads},
    Known{"Other Threads:", HsErrPart::other_threads},
    Known{"Threads with active compile tasks:"},
    Known{"VM state:"},
    Known{"VM Mutex/Monitor currently owned"},
    Known{"OutOfMemory and "},
    Known{"Heap address:"},
    Known{"heap address:"},
    Known{"CDS archive(s) "},
    Known{"Compressed class space "},
    Known{"Narrow klass base:"},
    Known{"GC Precious Log:"},
    Known{"Heap:", HsErrPart::heap},
    Known{"Heap Regions:"},
    Known{"Card table byte_map:"},
    Known{"Marking Bits"},
    Known{"Polling page:"},
    Known{"Metaspace:", HsErrPart::metaspace},
    Known{"CodeHeap '", HsErrPart::code_cache, true},
    Known{"CodeCache: ", HsErrPart::code_cache, true},
    Known{"Code Cache  [", HsErrPart::code_cache, true},
    Known{"Dynamic libraries:", HsErrPart::dynamic_libraries},
    Known{"Total number of mappings:"},
    Known{"VM Arguments:", HsErrPart::vm_arguments},
    Known{"[Global flags]", HsErrPart::global_flags},
    Known{"Logging:"},
    Known{"Release file:"},
    Known{"Environment Variables:", HsErrPart::environment},
    Known{"Active Locale:"},
    Known{"Signal Handlers:"},
    Known{"Native Memory Tracking:", HsErrPart::native_memory, true},
    Known{"Preinit state:"},
    Known{"Periodic native trim"},
    Known{"JNI global refs:"},
    Known{"OS:"},
    Known{"OS uptime:"},
    Known{"/proc/meminfo:", HsErrPart::meminfo},
    Known{"/sys/"},
    Known{"/proc/sys/"},
    Known{"Process Memory:", HsErrPart::process_memory},
    Known{"container (cgroup) information:", HsErrPart::container},
    Known{"container information not found"},
    Known{"Steal ticks"},
    Known{"CPU:"},
    Known{"/proc/cpuinfo:"},
    Known{"Memory: "},
    Known{"vm_info:"},
    Known{"time: "},
    Known{"END."},
};

}  // namespace

std::optional<HsErrHeading> hs_err_heading(std::string_view line) {
    if (line.empty() || line.front() == ' ' || line.front() == '|' || line.starts_with("Event:"))
        return std::nullopt;
    for (const Known& one : known)
        if (line.front() == one.begins.front() && line.starts_with(one.begins))
            return HsErrHeading{one.part, one.included};
    if (line == "Heap") return HsErrHeading{HsErrPart::heap};  // no colon up to 7
    // "Compilation events (20 events):", "GC Heap History (0 events):", "VM Operations (12 events):"
    if (line.ends_with(" events):")) return HsErrHeading{};
    return std::nullopt;
}

}  // namespace nmtx::vm
