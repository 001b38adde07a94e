// Threads of a child whose functions are known, stopped and unwound.
#include "platform/symbols/native_stacks.h"

#include <dlfcn.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "catch.h"
#include "documents/native_stacks.h"
#include "platform/child.h"
#include "platform/symbols/java_stacks.h"
#include "platform/symbols/mixed_stacks.h"
#include "platform/symbols/thread_copy.h"
#include "platform/symbols/unwind_files.h"

using namespace nmtx;
using namespace nmtx::test;

// Not in a namespace without a name: the symbols are looked for by their names.
namespace native_stacks_test {

std::atomic<std::uint64_t> rounds;

[[gnu::noinline]] void innermost() {
    while (true) rounds.fetch_add(1);
}
[[gnu::noinline]] void in_the_middle() {
    innermost();
    rounds.fetch_add(1);  // so that the call is no jump
}
void without_information(void (*work)());
[[gnu::noinline]] void descend(int depth) {
    if (depth == 0) innermost();
    if (depth > 0) descend(depth - 1);
    rounds.fetch_add(1);
}

}  // namespace native_stacks_test

namespace {

std::size_t index_of(const NativeStack& stack, std::string_view name) {
    for (std::size_t i = 0; i < stack.frames.size(); ++i) {
        if (stack.frames[i].symbol.find(name) != std::string::npos) return i;
    }
    return stack.frames.size();
}

NativeStacks stacks_of(const Child& child, const std::vector<std::uint64_t>& tids) {
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    const auto text = read_native_stacks(*process, tids);
    INFO((text ? *text : to_string(text.error())));
    REQUIRE(text);
    return parse_native_stacks(*text).value();
}

}  // namespace

TEST_CASE("native stacks: a thread that runs shows its functions, from the innermost to where it began") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
        native_stacks_test::in_the_middle();
    });
    NativeStacks found;
    REQUIRE(eventually([&] {
        found = stacks_of(child, {child.pid()});
        return index_of(found.stacks.at(0), "innermost") < found.stacks[0].frames.size();
    }));
    const NativeStack& stack = found.stacks.front();
    INFO(format_native_stacks(found));
    const std::size_t inner = index_of(stack, "native_stacks_test::innermost"),
                      middle = index_of(stack, "native_stacks_test::in_the_middle");
    REQUIRE(middle < stack.frames.size());
    CHECK(inner + 1 == middle);
    CHECK(index_of(stack, "main") > middle);
    CHECK(stack.end == StackEnd::bottom);
    CHECK(stack.frames[middle].file.find("test_platform") != std::string::npos);
    CHECK(stack.stopped_ms > 0);
    CHECK(child.alive());
}

TEST_CASE("native stacks: where a file says nothing of a function, its caller is not guessed") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
        native_stacks_test::without_information(native_stacks_test::in_the_middle);
    });
    NativeStack stack;
    REQUIRE(eventually([&] {
        stack = stacks_of(child, {child.pid()}).stacks.at(0);
        return index_of(stack, "innermost") < stack.frames.size();
    }));
    REQUIRE_FALSE(stack.frames.empty());
    CHECK(stack.frames.back().symbol.find("without_information") != std::string::npos);
    CHECK(stack.end == StackEnd::not_told);
}

TEST_CASE("native stacks: a thread that waits is unwound through the C library") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(eventually([&] { return process->read("syscall").value_or("").rfind("34 ", 0) == 0; }));  // pause
    const NativeStacks found = stacks_of(child, {child.pid()});
    INFO(format_native_stacks(found));
    const NativeStack& stack = found.stacks.at(0);
    REQUIRE(stack.frames.size() > 2);
    CHECK(stack.frames[0].file.find("libc") != std::string::npos);
    CHECK(index_of(stack, "main") < stack.frames.size());
    CHECK(stack.end == StackEnd::bottom);
}

TEST_CASE("native stacks: recursion without end is cut, and says so") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
        native_stacks_test::descend(5000);
    });
    REQUIRE(
        eventually([&] { return stacks_of(child, {child.pid()}).stacks.at(0).end == StackEnd::too_deep; }));
    CHECK(stacks_of(child, {child.pid()}).stacks.at(0).frames.size() == most_native_frames);
}

TEST_CASE("native stacks: a thread of another process is not stopped, and none is lost for it") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
        native_stacks_test::in_the_middle();
    });
    const Child other([](auto ready) {
        may_be_traced();
        ready();
        native_stacks_test::in_the_middle();
    });
    const NativeStacks found = stacks_of(child, {other.pid(), child.pid()});
    REQUIRE(found.stacks.size() == 1);
    REQUIRE(found.failed.size() == 1);
    CHECK(found.failed[0].why == "has no thread " + std::to_string(other.pid()) + ", or it has ended");
    const auto process = ProcessFiles::open(child.pid());
    CHECK_FALSE(read_native_stacks(*process, std::vector<std::uint64_t>{other.pid()}));
}

TEST_CASE("native stacks: code that no file is mapped to ends the frames, at its address") {
    // jmp to itself, in a page that the child has where we have it
    constexpr unsigned char endless[] = {0xeb, 0xfe};
    void* const page =
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(page != MAP_FAILED);
    std::copy(std::begin(endless), std::end(endless), static_cast<unsigned char*>(page));
    const Child child([page](auto ready) {
        may_be_traced();
        ready();
        reinterpret_cast<void (*)()>(page)();
    });
    REQUIRE(
        eventually([&] { return stacks_of(child, {child.pid()}).stacks.at(0).end == StackEnd::no_file; }));
    const NativeStack stack = stacks_of(child, {child.pid()}).stacks.at(0);
    CHECK(stack.frames.empty());
    CHECK(stack.next == Address{reinterpret_cast<std::uintptr_t>(page)});
    ::munmap(page, 4096);
}

TEST_CASE("native stacks: a red zone in a page that was never touched hides no stack") {
    constexpr std::size_t bytes = 65536, middle = bytes / 2, into_page = 64;
    const Child child([](auto ready) {
        may_be_traced();
        auto* const stack = static_cast<char*>(
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        stack[middle] = 1;
        ready();
        asm volatile("mov %0, %%rsp\n1: jmp 1b" : : "r"(stack + middle + into_page));
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    ThreadCopy copy;
    REQUIRE(eventually([&] {
        auto taken = copy_thread(*process, static_cast<pid_t>(child.pid()));
        if (taken) copy = std::move(*taken);
        return copy.registers[dwarf_stack_pointer] % 4096 == into_page && copy.bytes.size() == 4096;
    }));
    CHECK(copy.begin.value + into_page == copy.registers[dwarf_stack_pointer]);
    CHECK(child.alive());
}

TEST_CASE("mixed stacks: what is mapped since the stacks before is unwound through, too") {
    std::array<int, 2> go{};
    REQUIRE(::pipe(go.data()) == 0);
    const Child child([&](auto ready) {
        may_be_traced();
        ready();
        char byte = 0;
        if (::read(go[0], &byte, 1) != 1) ::_exit(1);
        void* const library = ::dlopen(NMTX_SYMBOLS_LIBRARY, RTLD_NOW);
        if (library == nullptr) ::_exit(1);
        reinterpret_cast<void (*)(void (*)())>(::dlsym(library, "calls_back"))(native_stacks_test::innermost);
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    MixedUnwinder unwinder(*process);
    std::vector<MappedFile> code;
    const auto next = [&] {
        const auto copy = copy_thread(*process, child.id());
        REQUIRE(copy);
        const auto maps = process->read_large("maps");
        REQUIRE(maps);
        code = mapped_code(*maps);
        return unwinder.unwind(*maps, std::span(&*copy, 1)).stacks.at(0);
    };
    CHECK(next().end == StackEnd::bottom);
    CHECK(next().end == StackEnd::bottom);
    REQUIRE(::write(go[1], "g", 1) == 1);
    REQUIRE(eventually([&] {
        const NativeStack stack = next();
        CHECK(stack.end == StackEnd::bottom);
        return std::any_of(stack.frames.begin(), stack.frames.end(), [&](const NativeFrame& frame) {
            const MappedFile* const file = code_at(code, frame.at);
            return file != nullptr && file->path.find("nmtx_test_symbols") != std::string::npos;
        });
    }));
    CHECK(next().end == StackEnd::bottom);
    ::close(go[0]);
    ::close(go[1]);
}

TEST_CASE("java stacks: libjvm.so is found by its name, and by one that it was given since") {
    const auto found = [](std::vector<std::string> paths) {
        std::vector<MappedFile> code(paths.size());
        for (std::size_t i = 0; i < paths.size(); ++i) code[i].path = paths[i];
        const MappedFile* const jvm = mapped_jvm(code);
        return jvm == nullptr ? std::string() : jvm->path;
    };
    CHECK(found({"/usr/bin/java", "/jdk/lib/server/libjvm.so"}) == "/jdk/lib/server/libjvm.so");
    CHECK(found({"/jdk/lib/server/libjvm.so (deleted)"}) == "/jdk/lib/server/libjvm.so (deleted)");
    CHECK(found({"/jdk/lib/server/libjvm.so.dpkg-tmp (deleted)"}) ==
          "/jdk/lib/server/libjvm.so.dpkg-tmp (deleted)");
    CHECK(found({"/a/libjvm.so.old", "/b/libjvm.so"}) == "/b/libjvm.so");
    CHECK(found({"/usr/bin/java", "/a/mylibjvm.so", "/a/libjvm"}).empty());
}
