// Which virtual machine runs, by the files that are mapped.
#include "kernel/mappings/vm.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("vm: by the libraries that are mapped") {
    CHECK(vm_of_maps("7f00000-7f01000 r-xp 00000000 00:01 1 /usr/lib/jvm/lib/server/libjvm.so\n") ==
          Vm::hotspot);
    CHECK(vm_of_maps("7f00000-7f01000 r-xp 00000000 00:01 1 /opt/lib/libjvm.so (deleted)\n") == Vm::hotspot);
    CHECK(vm_of_maps("7f00000-7f01000 r-xp 00000000 00:01 1 /opt/lib/server/libjvm.so\n"
                     "7f02000-7f03000 r-xp 00000000 00:01 2 /opt/lib/default/libj9vm29.so\n") == Vm::openj9);
    CHECK(vm_of_maps("7f00000-7f01000 r-xp 00000000 00:01 1 /usr/bin/cat\n") == Vm::none);
    CHECK(vm_of_maps("no mapping\n") == Vm::none);
    CHECK(vm_of_maps("") == Vm::none);
}

TEST_CASE("vm: HotSpot linked statically into its launcher is known by its size, or by its counters") {
    CHECK(vm_of_maps("00400000-00402000 r-xp 00000000 00:01 7 /opt/jdk/bin/java\n") == Vm::none);
    CHECK(vm_of_maps("00400000-01902000 r-xp 00000000 00:01 7 /opt/jdk/bin/java\n") == Vm::hotspot);
    const std::string server = "00400000-01902000 r-xp 00000000 00:01 7 /opt/app/server\n";
    CHECK(vm_of_maps(server) == Vm::none);
    CHECK(vm_of_maps(server + "7f0000000000-7f0000008000 rw-s 00000000 00:01 9 /tmp/hsperfdata_app/7\n") ==
          Vm::hotspot);
}

TEST_CASE("vm: a program that watches the counters of a JVM is none itself") {
    CHECK(vm_of_maps("00400000-01902000 r-xp 00000000 00:01 7 /opt/app/watcher\n"
                     "7f0000000000-7f0000008000 r--s 00000000 00:01 9 /tmp/hsperfdata_app/7\n") == Vm::none);
}
