#include "hotspot/threads/thread_names.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("thread names: HotSpot's own are known whole, cut to 15 bytes, and abbreviated as 26 does it") {
    for (const auto* name : {"C2 CompilerThread0", "C2 CompilerThre", "C2 Comp..hread0"})
        CHECK(kind_of_hotspot_name(name) == ThreadKind::compiler);
    for (const auto* name :
         {"Shenandoah GC Threads#0", "Shenandoah GC T", "Shenand..eads#0", "GC Thread#0", "G1 Service"})
        CHECK(kind_of_hotspot_name(name) == ThreadKind::gc);
    for (const auto* name :
         {"VM Periodic Task Thread", "VM Periodic Tas", "VM Peri..Thread", "Signal ..atcher"})
        CHECK(kind_of_hotspot_name(name) == ThreadKind::vm);
    CHECK(is_java_thread_of_vm("Monitor..Thread"));
    CHECK_FALSE(is_java_thread_of_vm("VM Peri..Thread"));
}

TEST_CASE("thread names: what only begins alike is nobody's") {
    for (const auto* name : {"Signal", "C2", "Referen..andler", "worker-..ng-name", "Service", "G1", ""})
        CHECK_FALSE(kind_of_hotspot_name(name));
}
