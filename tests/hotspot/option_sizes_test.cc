#include "hotspot/option_sizes.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("option sizes: -Xmx and its like are the flags that they stand for, and the last counts") {
    const auto sizes =
        read_option_sizes({"-server", "-Xmx8g", "-Xms512m", "-Xss512k", "-XX:MaxHeapSize=1G", "-Xmx100g"});
    CHECK(sizes.options == 5);
    CHECK(sizes.find("MaxHeapSize") == mib(100 * 1024));
    CHECK(sizes.find("InitialHeapSize") == mib(512));
    CHECK(sizes.find("ThreadStackSize") == kib(512));
    CHECK_FALSE(sizes.find("MaxMetaspaceSize"));
}

TEST_CASE("option sizes: ThreadStackSize counts KB, whatever unit is put behind it") {
    CHECK(read_option_sizes({"-XX:ThreadStackSize=512"}).find("ThreadStackSize") == kib(512));
    CHECK(read_option_sizes({"-XX:ThreadStackSize=256k"}).find("ThreadStackSize") == mib(256));
}

TEST_CASE("option sizes: sizes that are none, or that no 64 bits hold, are not read") {
    CHECK(read_option_size("1073741824") == mib(1024));
    CHECK(read_option_size("2T") == mib(2 * 1024 * 1024));
    for (const char* text : {"", "g", "8gb", "8x", "99999999999999999t", "-1"}) {
        CAPTURE(text);
        CHECK_FALSE(read_option_size(text));
    }
}
