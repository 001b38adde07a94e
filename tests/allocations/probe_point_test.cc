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

TEST_CASE("probe point: malloc of jemalloc and of tcmalloc compares something before it jumps") {
    const auto jemalloc = code({0x48, 0x81, 0xff, 0, 0x10, 0, 0, 0x0f, 0x87, 0x93, 0, 0, 0});
    CHECK(probe_point(jemalloc, 2) == 7);
    const auto tcmalloc = code({0x48, 0x8b, 0x05, 0x59, 0xab, 0, 0, 0x48, 0x85, 0xc0, 0x75, 0x75});
    CHECK(probe_point(tcmalloc, 2) == 10);
    CHECK(probe_point(code({0x48, 0x83, 0xff, 0x10, 0x77, 0x10}), 2) == 4);            // cmp $16, %rdi
    CHECK_FALSE(probe_point(code({0x48, 0x8b, 0x3d, 1, 0, 0, 0, 0x75, 0x10}), 2));     // mov 1(%rip), %rdi
    CHECK_FALSE(probe_point(code({0x48, 0x83, 0xc7, 0x10, 0x75, 0x10}), 2));           // add $16, %rdi
    CHECK_FALSE(probe_point(code({0x48, 0x81, 0xff, 0, 0x10, 0}), 2));                 // cut
    CHECK_FALSE(probe_point(code({0x48, 0x8b, 0x07, 0, 0x10, 0, 0, 0x75, 0x10}), 2));  // mov (%rdi), %rax
}

TEST_CASE("probe point: where there is none, a plain first instruction can have one that traps twice") {
    // malloc and free of mimalloc; the first instruction does not end within what was read.
    const std::vector<std::byte> rest(16, std::byte{0x90});
    const auto with_rest = [&](std::initializer_list<int> bytes) {
        auto all = code(bytes);
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    };
    const auto malloc =
        with_rest({0x48, 0x8b, 0x05, 0x49, 0xb4, 0, 0, 0x48, 0x89, 0xfe, 0x64, 0x48, 0x8b, 0x38});
    CHECK_FALSE(probe_point(malloc, 2));
    CHECK(dear_probe_point(malloc) == 0);
    CHECK(dear_probe_point(with_rest({0xf3, 0x0f, 0x1e, 0xfa, 0x89, 0xfe})) == 4);
    // mov %fs:0, %rax and mov $39, %eax.
    CHECK(dear_probe_point(with_rest({0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0})) == 0);
    CHECK(dear_probe_point(with_rest({0xb8, 0x27, 0, 0, 0})) == 0);
    CHECK_FALSE(dear_probe_point(with_rest({0xc5, 0xf8, 0x77})));  // vzeroupper
    CHECK_FALSE(dear_probe_point(with_rest({0x0f, 0x05})));        // syscall
    CHECK_FALSE(dear_probe_point(code({0x48, 0x89, 0xfe})));
    CHECK_FALSE(dear_probe_point(code({})));
}

TEST_CASE("probe point: a function that is a jump leads to another one") {
    CHECK(jumps_to(code({0xe9, 0x1b, 0xff, 0xff, 0xff, 0x66})) == -224);  // operator new[] of jemalloc
    CHECK(jumps_to(code({0xf3, 0x0f, 0x1e, 0xfa, 0xeb, 0x10})) == 22);
    CHECK_FALSE(jumps_to(code({0xe9, 0x1b, 0xff})));
    CHECK_FALSE(jumps_to(code({0x48, 0x85, 0xff})));
    CHECK_FALSE(jumps_to(code({})));
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
