#include "allocations/probe_point.h"

#include <initializer_list>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

std::vector<std::byte> code(std::initializer_list<int> bytes) {
    std::vector<std::byte> out;
    for (const int byte : bytes) out.push_back(static_cast<std::byte>(byte));
    return out;
}

}  // namespace

TEST_CASE("probe point: a push at a function's begin is one") {
    CHECK(probe_point(code({0x41, 0x54, 0x55, 0x53, 0x48, 0x89, 0xfb})) == 0);  // malloc, glibc 2.36
    CHECK(probe_point(code({0x55, 0x48, 0x89, 0xe5})) == 0);
}

TEST_CASE("probe point: what comes before it and changes no argument is passed over") {
    CHECK(probe_point(code({0xf3, 0x0f, 0x1e, 0xfa, 0x55})) == 4);
    // posix_memalign, aligned_alloc and free of glibc 2.36.
    CHECK(probe_point(code({0x80, 0x3d, 0x01, 0x02, 0x14, 0, 0, 0x41, 0x54, 0x49})) == 7);
    CHECK(probe_point(code({0x80, 0x3d, 0x71, 0x0e, 0x14, 0, 0, 0x74, 0x07, 0xe9})) == 7);
    CHECK(probe_point(code({0x48, 0x85, 0xff, 0x0f, 0x84, 0xbf, 0, 0, 0})) == 3);
}

TEST_CASE("probe point: code of another form has none") {
    CHECK_FALSE(probe_point(code({0xb8, 0x27, 0, 0, 0, 0x0f, 0x05})));  // mov $39, %eax
    CHECK_FALSE(probe_point(code({0x48, 0x83, 0xec, 0x08})));           // sub $8, %rsp
    CHECK_FALSE(probe_point(code({0x0f, 0x1f, 0x44, 0, 0, 0x90})));     // a long no-operation
    CHECK_FALSE(probe_point(code({})));
    CHECK_FALSE(probe_point(code({0xf3, 0x0f, 0x1e, 0xfa})));
    CHECK_FALSE(probe_point(code({0x41})));
    CHECK_FALSE(probe_point(code({0x80, 0x3d, 0x01})));
}
