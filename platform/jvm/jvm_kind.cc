#include "platform/jvm/jvm_kind.h"

namespace nmtx {

// OpenJ9 ships a libjvm.so too, which only leads on to libj9vm29.so. A HotSpot that is linked into its
// launcher has no libjvm.so, but maps its counters like any other.
JvmKind jvm_kind_of_maps(std::string_view maps) {
    constexpr auto absent = std::string_view::npos;
    if (maps.find("/libj9vm") != absent) return JvmKind::openj9;
    const bool library = maps.find("/libjvm.so\n") != absent || maps.find("/libjvm.so (deleted)\n") != absent;
    if (library || maps.find("/hsperfdata_") != absent) return JvmKind::hotspot;
    return JvmKind::none;
}

Expected<JvmKind> jvm_kind_of(const ProcessFiles& process) {
    return process.read_large("maps").map([](const std::string& maps) { return jvm_kind_of_maps(maps); });
}

}  // namespace nmtx
