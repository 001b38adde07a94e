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
    CHECK(probe_point(code({0x41, 0x54, 0x55, 0x53, 0x48, 0x89, 0xfb}), 2) == 0);  // malloc, glibc 2.36
    CHECK(probe_point(code({0x55, 0x48, 0x89, 0xe5}), 2) == 0);
}

TEST_CASE("probe point: what comes before it and changes no argument is passed over") {
    CHECK(probe_point(code({0xf3, 0x0f, 0x1e, 0xfa, 0x55}), 2) == 4);
    // posix_memalign, aligned_alloc and free of glibc 2.36.
    CHECK(probe_point(code({0x80, 0x3d, 0x01, 0x02, 0x14, 0, 0, 0x41, 0x54, 0x49}), 2) == 7);
    CHECK(probe_point(code({0x80, 0x3d, 0x71, 0x0e, 0x14, 0, 0, 0x74, 0x07, 0xe9}), 2) == 7);
    CHECK(probe_point(code({0x48, 0x85, 0xff, 0x0f, 0x84, 0xbf, 0, 0, 0}), 2) == 3);
}

TEST_CASE("probe point: what computes into registers that hold no argument is passed over") {
    // calloc, realloc, aligned_alloc and posix_memalign of glibc 2.43.
    const auto calloc = code({0x48, 0x89, 0xf8, 0x48, 0xf7, 0xe6, 0x0f, 0x80, 0x9c, 1, 0, 0});
    CHECK(probe_point(calloc, 2) == 6);
    CHECK_FALSE(probe_point(calloc, 3));  // the product is in the third argument's register, too
    CHECK(probe_point(code({0x49, 0x89, 0xf1, 0x48, 0x85, 0xff, 0x0f, 0x84, 0x44, 3, 0, 0}), 2) == 6);
    CHECK(probe_point(code({0x48, 0x8d, 0x47, 0xff, 0x48, 0x85, 0xf8, 0x75, 0x0f}), 2) == 7);
    CHECK(probe_point(code({0x48, 0x89, 0xf1, 0x48, 0xc1, 0xe9, 0x03, 0x48, 0x8d, 0x41, 0xff, 0x48, 0x21,
                            0xc8, 0x48, 0x89, 0xf1, 0x83, 0xe1, 0x07, 0x48, 0x09, 0xc8, 0x75, 0x2f}),
                      3) == 23);
    CHECK_FALSE(probe_point(code({0x48, 0x89, 0xf7, 0x55}), 2));        // mov %rsi, %rdi
    CHECK_FALSE(probe_point(code({0x48, 0x89, 0xf3, 0x55}), 2));        // mov %rsi, %rbx
    CHECK_FALSE(probe_point(code({0x48, 0x8d, 0x7f, 0x10, 0x55}), 2));  // lea 16(%rdi), %rdi
    CHECK_FALSE(probe_point(code({0x48, 0x89, 0xe4, 0x55}), 2));        // mov %rsp, %rsp
}

TEST_CASE("probe point: mmap has its flags in the fourth argument's register") {
    // glibc 2.36 and 2.43.
    CHECK(probe_point(code({0x41, 0x89, 0xca, 0x41, 0xf7, 0xc1, 0xff, 0x0f, 0, 0, 0x75, 0x14}), 4) == 10);
    CHECK(probe_point(code({0x41, 0xf7, 0xc1, 0xff, 0x0f, 0, 0, 0x75, 0x27}), 4) == 7);
    CHECK_FALSE(probe_point(code({0x83, 0xe1, 0x07, 0x55}), 4));        // and $7, %ecx
    CHECK_FALSE(probe_point(code({0x48, 0x89, 0xf1, 0x55}), 4));        // mov %rsi, %rcx
    CHECK_FALSE(probe_point(code({0x48, 0x8d, 0x4f, 0x10, 0x55}), 4));  // lea 16(%rdi), %rcx
    CHECK_FALSE(probe_point(code({0x41, 0xf7, 0xc1, 0xff}), 4));
}

TEST_CASE("probe point: code of another form has none") {
    CHECK_FALSE(probe_point(code({0xb8, 0x27, 0, 0, 0, 0x0f, 0x05}), 2));  // mov $39, %eax
    CHECK_FALSE(probe_point(code({0x48, 0x83, 0xec, 0x08}), 2));           // sub $8, %rsp
    CHECK_FALSE(probe_point(code({0x0f, 0x1f, 0x44, 0, 0, 0x90}), 2));     // a long no-operation
    CHECK_FALSE(probe_point(code({}), 2));
    CHECK_FALSE(probe_point(code({0xf3, 0x0f, 0x1e, 0xfa}), 2));
    CHECK_FALSE(probe_point(code({0x41}), 2));
    CHECK_FALSE(probe_point(code({0x80, 0x3d, 0x01}), 2));
}
