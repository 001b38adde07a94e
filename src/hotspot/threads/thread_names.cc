#include "hotspot/threads/thread_names.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

struct ThreadName {
    std::string_view prefix;
    ThreadKind kind;
    bool java_thread;  // a JavaThread in HotSpot: with the guard zone
};
constexpr std::array thread_names{
    ThreadName{"C1 CompilerThre", ThreadKind::compiler, true},
    ThreadName{"C2 CompilerThre", ThreadKind::compiler, true},
    ThreadName{"JVMCI CompilerT", ThreadKind::compiler, true},
    ThreadName{"Signal Dispatch", ThreadKind::vm, true},
    ThreadName{"Attach Listener", ThreadKind::vm, true},
    ThreadName{"Service Thread", ThreadKind::vm, true},
    ThreadName{"Monitor Deflati", ThreadKind::vm, true},
    ThreadName{"Notification Th", ThreadKind::vm, true},
    ThreadName{"Sweeper thread", ThreadKind::vm, true},
    ThreadName{"GC Thread#", ThreadKind::gc, false},
    ThreadName{"GC task thread", ThreadKind::gc, false},
    ThreadName{"G1 ", ThreadKind::gc, false},
    ThreadName{"ParGC", ThreadKind::gc, false},
    ThreadName{"ZWorker", ThreadKind::gc, false},
    ThreadName{"ZDriver", ThreadKind::gc, false},
    ThreadName{"ZDirector", ThreadKind::gc, false},
    ThreadName{"ZStat", ThreadKind::gc, false},
    ThreadName{"ZUncommit", ThreadKind::gc, false},
    ThreadName{"ZUnmapper", ThreadKind::gc, false},
    ThreadName{"XWorker", ThreadKind::gc, false},
    ThreadName{"XDriver", ThreadKind::gc, false},
    ThreadName{"XDirector", ThreadKind::gc, false},
    ThreadName{"XStat", ThreadKind::gc, false},
    ThreadName{"RuntimeWorker", ThreadKind::gc, false},
    ThreadName{"Shenandoah", ThreadKind::gc, false},
    ThreadName{"Gang worker", ThreadKind::gc, false},
    ThreadName{"Concurrent", ThreadKind::gc, false},
    ThreadName{"CMS ", ThreadKind::gc, false},
    ThreadName{"StrDedup", ThreadKind::gc, false},
    ThreadName{"Epsilon", ThreadKind::gc, false},
    ThreadName{"VM Thread", ThreadKind::vm, false},
    ThreadName{"VM Periodic", ThreadKind::vm, false},
    ThreadName{"JFR ", ThreadKind::vm, false},
    ThreadName{"AsyncLog", ThreadKind::vm, false},
};

// "C2 Comp..hread0": of the table's prefix no more can be there than the 7 bytes before the dots.
bool abbreviated(std::string_view name) {
    return name.size() == 15 && name.substr(7, 2) == "..";
}

const ThreadName* named_thread(std::string_view name) {
    const bool whole = !abbreviated(name);
    const auto* const found = std::find_if(
        thread_names.begin(), thread_names.end(),
        [&](const ThreadName& n) { return name.starts_with(whole ? n.prefix : n.prefix.substr(0, 7)); });
    return found == thread_names.end() ? nullptr : found;
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
    const ThreadName* const found = named_thread(name);
    if (found == nullptr) return std::nullopt;
    return found->kind;
}

bool is_java_thread_of_vm(std::string_view name) {
    const ThreadName* const found = named_thread(name);
    return found != nullptr && found->java_thread;
}

}  // namespace nmtx
