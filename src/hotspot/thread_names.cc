#include "hotspot/thread_names.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

struct Name {
    std::string_view prefix;
    ThreadKind kind;
    bool java_thread;  // a JavaThread in HotSpot: with the guard zone
};
constexpr std::array names{
    Name{"C1 CompilerThre", ThreadKind::compiler, true},
    Name{"C2 CompilerThre", ThreadKind::compiler, true},
    Name{"JVMCI CompilerT", ThreadKind::compiler, true},
    Name{"Signal Dispatch", ThreadKind::vm, true},
    Name{"Attach Listener", ThreadKind::vm, true},
    Name{"Service Thread", ThreadKind::vm, true},
    Name{"Monitor Deflati", ThreadKind::vm, true},
    Name{"Notification Th", ThreadKind::vm, true},
    Name{"Sweeper thread", ThreadKind::vm, true},
    Name{"GC Thread#", ThreadKind::gc, false},
    Name{"GC task thread", ThreadKind::gc, false},
    Name{"G1 ", ThreadKind::gc, false},
    Name{"ParGC", ThreadKind::gc, false},
    Name{"ZWorker", ThreadKind::gc, false},
    Name{"ZDriver", ThreadKind::gc, false},
    Name{"ZDirector", ThreadKind::gc, false},
    Name{"ZStat", ThreadKind::gc, false},
    Name{"ZUncommit", ThreadKind::gc, false},
    Name{"ZUnmapper", ThreadKind::gc, false},
    Name{"XWorker", ThreadKind::gc, false},
    Name{"XDriver", ThreadKind::gc, false},
    Name{"XDirector", ThreadKind::gc, false},
    Name{"XStat", ThreadKind::gc, false},
    Name{"RuntimeWorker", ThreadKind::gc, false},
    Name{"Shenandoah", ThreadKind::gc, false},
    Name{"Gang worker", ThreadKind::gc, false},
    Name{"Concurrent", ThreadKind::gc, false},
    Name{"CMS ", ThreadKind::gc, false},
    Name{"StrDedup", ThreadKind::gc, false},
    Name{"Epsilon", ThreadKind::gc, false},
    Name{"VM Thread", ThreadKind::vm, false},
    Name{"VM Periodic", ThreadKind::vm, false},
    Name{"JFR ", ThreadKind::vm, false},
    Name{"AsyncLog", ThreadKind::vm, false},
};

// "C2 Comp..hread0": of the table's prefix no more can be there than the 7 bytes before the dots.
bool abbreviated(std::string_view name) {
    return name.size() == 15 && name.substr(7, 2) == "..";
}

const Name* find(std::string_view name) {
    const bool whole = !abbreviated(name);
    const auto* const found = std::find_if(names.begin(), names.end(), [&](const Name& n) {
        return name.starts_with(whole ? n.prefix : n.prefix.substr(0, 7));
    });
    return found == names.end() ? nullptr : found;
}

}  // namespace

std::string_view name_of(ThreadKind kind) {
    switch (kind) {
        case ThreadKind::java:
            return "Java";
        case ThreadKind::compiler:
            return "compiler";
        case ThreadKind::gc:
            return "GC";
        case ThreadKind::vm:
            return "VM";
        case ThreadKind::native:
            return "native";
    }
    return "";
}

std::optional<ThreadKind> kind_of_hotspot_name(std::string_view name) {
    const Name* const found = find(name);
    if (found == nullptr) return std::nullopt;
    return found->kind;
}

bool is_java_thread_of_vm(std::string_view name) {
    const Name* const found = find(name);
    return found != nullptr && found->java_thread;
}

}  // namespace nmtx
