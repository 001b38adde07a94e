// The program is built as what it is: something that root runs on input of strangers.
#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

#include "catch.h"
#include "paths.h"
#include "platform/child.h"

using namespace nmtx::test;

namespace {

template <typename T>
T at(const std::string& bytes, std::size_t offset) {
    T value{};
    REQUIRE(offset + sizeof value <= bytes.size());
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

struct Built {
    bool position_independent = false;
    bool stack_runs = true;
    bool relro = false;
    bool bound_at_start = false;
};

Built look_at(const std::string& bytes) {
    const auto header = at<Elf64_Ehdr>(bytes, 0);
    REQUIRE(std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0);
    Built built;
    built.position_independent = header.e_type == ET_DYN;
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = at<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr));
        if (segment.p_type == PT_GNU_STACK) built.stack_runs = (segment.p_flags & PF_X) != 0;
        if (segment.p_type == PT_GNU_RELRO) built.relro = true;
        if (segment.p_type != PT_DYNAMIC) continue;
        for (std::size_t done = 0; done < segment.p_filesz; done += sizeof(Elf64_Dyn)) {
            const auto entry = at<Elf64_Dyn>(bytes, segment.p_offset + done);
            if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_BIND_NOW) != 0) built.bound_at_start = true;
            if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NOW) != 0) built.bound_at_start = true;
        }
    }
    return built;
}

}  // namespace

TEST_CASE(
    "hardening: the program is placed at random, its stack cannot run, its jump tables cannot be written") {
    const std::string bytes = read_text(binary_dir() + "/nmtx");
    REQUIRE(bytes.size() > 100'000);
    const Built built = look_at(bytes);
    CHECK(built.position_independent);
    CHECK_FALSE(built.stack_runs);
    CHECK(built.relro);
    CHECK(built.bound_at_start);
#ifdef NDEBUG
    const auto has = [&](const char* symbol) { return bytes.find(symbol) != std::string::npos; };
    CHECK(has("__stack_chk_fail"));
    CHECK((has("__memcpy_chk") || has("__snprintf_chk") || has("__read_chk")));
#endif
}
