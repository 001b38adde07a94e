// Java frames from the bytes of a made JVM.
#include "catch.h"
#include "hotspot/made_vm.h"
#include "hotspot/vm/frame_state.h"
#include "hotspot/vm/java_threads.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

constexpr std::size_t enough = 100;

std::vector<std::string> told(MadeVm::Opened& vm, const std::vector<JavaFrame>& frames) {
    std::vector<std::string> lines;
    for (const JavaFrame& frame : frames) {
        const MethodName* const method = vm.names.find(frame.method);
        const int line = method != nullptr ? vm.names.line_of(*method, frame.bci) : 0;
        lines.push_back(method != nullptr ? method->name + ":" + std::to_string(line) : frame.stub);
    }
    return lines;
}

}  // namespace

TEST_CASE("vm walk: from a native method's wrapper through compiled and interpreted code to native code") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    MadeVm::Opened vm(made.memory, *layout);
    const MadeStack stack = stack_of(made);
    MachineRegisters registers = registers_of(made, made.wrapper + Bytes(0x20), stack);
    std::vector<JavaFrame> frames;
    CHECK(vm.walk.walk(registers, stack.copy(), false, enough, frames) == JavaWalkEnd::native);
    CHECK(told(vm, frames) == std::vector<std::string>{"java.lang.Thread.sleep:0",
                                                       "com.acme.Inner$$Lambda/0x00007f.apply:3",
                                                       "com.acme.Outer.work:8", "com.acme.Main.run:2"});
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].kind == JavaFrameKind::native_method);
    CHECK(frames[1].kind == JavaFrameKind::inlined);
    CHECK(frames[2].kind == JavaFrameKind::compiled);
    CHECK(frames[2].bci == 4);
    CHECK(frames[3].kind == JavaFrameKind::interpreted);
    CHECK(frames[3].bci == 7);
    CHECK(registers[register_rip] == MadeVm::native_code.value + 0x10);
    CHECK(registers[register_rsp] == stack.at(42).value);
    CHECK(registers[register_rbp] == 0x5678);
    CHECK(registers[register_rbx] == 0xb0);
    CHECK(registers[register_r12] == 0xb1);
}

TEST_CASE("vm walk: a thread that runs in compiled code, at each instruction that makes or takes its frame") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    const MadeStack whole = stack_of(made);
    struct Moment {
        std::uint64_t offset;
        std::size_t word;  // of the stack pointer
    };
    // before the push, behind it, behind the subtraction; behind the addition, behind the pop
    for (const Moment moment :
         {Moment{0, 13}, Moment{1, 12}, Moment{5, 8}, Moment{0x54, 12}, Moment{0x55, 13}}) {
        MadeVm::Opened vm(made.memory, *layout);
        MadeStack stack = whole;
        MachineRegisters registers =
            registers_of(made, made.compiled + Bytes(moment.offset), stack, moment.word);
        // rbp is the caller's until it is pushed, and again once it is popped
        registers[register_rbp] = stack.at(24).value;
        std::vector<JavaFrame> frames;
        INFO(moment.offset);
        CHECK(vm.walk.walk(registers, stack.copy(), true, enough, frames) == JavaWalkEnd::native);
        REQUIRE_FALSE(frames.empty());
        CHECK(told(vm, frames).back() == "com.acme.Main.run:2");
        CHECK(frames.front().about);
    }
}

TEST_CASE("vm walk: code that is no longer valid keeps where it would have returned to") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    MadeVm::Opened vm(made.memory, *layout);
    MadeStack stack = stack_of(made);
    stack.words[7] = made.compiled.value + 0x60;                 // the handler
    stack.words[8 + 2] = made.compiled.value + MadeVm::call_at;  // at _orig_pc_offset
    MachineRegisters registers = registers_of(made, made.wrapper + Bytes(0x20), stack);
    std::vector<JavaFrame> frames;
    CHECK(vm.walk.walk(registers, stack.copy(), false, enough, frames) == JavaWalkEnd::native);
    CHECK(told(vm, frames).at(2) == "com.acme.Outer.work:8");
}

TEST_CASE("vm walk: a stub without a frame is left by the call that leads to it, and by nothing else") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    // call STUB, right before where compiled code goes on
    const Address after = made.compiled + Bytes(0x30);
    made.memory.put(Address{after.value - 5}, std::uint8_t{0xe8});
    made.memory.put(Address{after.value - 4},
                    static_cast<std::int32_t>(made.stub.value + 0x40 - after.value));
    for (const bool sound : {true, false}) {
        MadeVm::Opened vm(made.memory, *layout);
        MadeStack stack = stack_of(made);
        stack.words[5] = 0xabc;  // the stub has pushed something
        stack.words[7] = sound ? after.value : after.value + 1;
        MachineRegisters registers = registers_of(made, made.stub + Bytes(0x48), stack, 5);
        std::vector<JavaFrame> frames;
        const JavaWalkEnd end = vm.walk.walk(registers, stack.copy(), true, enough, frames);
        INFO(sound);
        CHECK((end == JavaWalkEnd::native) == sound);
        CHECK(told(vm, frames).front() == "StubRoutines (1)");
        if (sound) CHECK(told(vm, frames).at(1).find("com.acme.Outer.work") == 0);
        if (!sound) CHECK(frames.size() == 1);
    }
}

TEST_CASE("vm walk: what is not a caller ends the stack, and is not guessed at") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    const auto end_with = [&](auto change, std::size_t expected) {
        MadeVm::Opened vm(made.memory, *layout);
        MadeStack stack = stack_of(made);
        change(stack);
        MachineRegisters registers = registers_of(made, made.wrapper + Bytes(0x20), stack);
        std::vector<JavaFrame> frames;
        const JavaWalkEnd end = vm.walk.walk(registers, stack.copy(), false, enough, frames);
        CHECK(frames.size() == expected);
        return end;
    };
    SECTION("an address between two notes of the compiler") {
        CHECK(end_with([&](MadeStack& s) { ++s.words[7]; }, 1) == JavaWalkEnd::not_told);
    }
    SECTION("an address in nobody's memory") {
        CHECK(end_with([&](MadeStack& s) { s.words[7] = 0x1000; }, 1) == JavaWalkEnd::not_told);
    }
    SECTION("an interpreter's frame without a method") {
        CHECK(end_with([&](MadeStack& s) { s.words[24 - 3] = s.at(3).value; }, 3) == JavaWalkEnd::not_told);
    }
    SECTION("frames that lead back to themselves") {
        CHECK(end_with(
                  [&](MadeStack& s) {
                      s.words[25] = made.interpreter.value + 0x30;
                      s.words[24] = s.at(24).value;
                  },
                  4) == JavaWalkEnd::not_told);
    }
    SECTION("a copy that ends too early") {
        CHECK(end_with([&](MadeStack& s) { s.words.resize(10); }, 3) == JavaWalkEnd::cut);
    }
    SECTION("native code that is none") {
        CHECK(end_with([&](MadeStack& s) { s.words[41] = 0x400; }, 4) == JavaWalkEnd::not_told);
    }
}

TEST_CASE("vm walk: a thread that is not where anybody looks is found by what it has noted") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    VmMemory memory(made.memory);
    JavaThreads threads(memory, *layout);
    CHECK(threads.size() == 1);
    const auto last = threads.last_frame(42);
    REQUIRE(last);
    CHECK(last->sp == Address{MadeStack::base + 64});
    CHECK(last->pc == made.compiled + Bytes(MadeVm::call_at));
    CHECK_FALSE(threads.last_frame(43));
}

TEST_CASE("vm walk: more frames than wanted are not gone through") {
    MadeVm made;
    const auto layout = made.read_layout();
    REQUIRE(layout);
    MadeVm::Opened vm(made.memory, *layout);
    const MadeStack stack = stack_of(made);
    MachineRegisters registers = registers_of(made, made.wrapper + Bytes(0x20), stack);
    std::vector<JavaFrame> frames;
    CHECK(vm.walk.walk(registers, stack.copy(), false, 1, frames) == JavaWalkEnd::too_deep);
    CHECK(frames.size() == 1);
}

TEST_CASE("vm walk: whatever bytes are changed, it ends and reads little") {
    std::uint64_t seed = 1;
    const auto random = [&] { return (seed = seed * 6364136223846793005U + 1442695040888963407U) >> 33U; };
    for (int round = 0; round < 400; ++round) {
        MadeVm made;
        auto& bytes = made.memory.bytes();
        MadeStack stack = stack_of(made);
        for (std::uint64_t n = random() % 40; n > 0; --n) {
            const std::size_t at = 4096 + random() % (made.memory.used() - 4096 - 8);
            // A number of any size, or an address of something that there is.
            const std::uint64_t value = random() % 2 == 0 ? random() << (random() % 34)
                                                          : MadeMemory::base + random() % made.memory.used();
            std::memcpy(&bytes[at], &value, random() % 8 + 1);
        }
        for (std::uint64_t n = random() % 4; n > 0; --n)
            stack.words[random() % 64] = random() % 2 == 0 ? stack.at(random() % 64).value
                                                           : MadeMemory::base + random() % made.memory.used();
        const auto layout = made.read_layout();
        if (!layout) continue;
        MadeVm::Opened vm(made.memory, *layout);
        made.memory.reads = 0;
        for (const bool running : {false, true}) {
            for (const Address pc : {made.wrapper + Bytes(0x20), made.compiled + Bytes(0x20),
                                     made.interpreter + Bytes(0x20), made.stub + Bytes(0x48)}) {
                MachineRegisters registers = registers_of(made, pc, stack);
                registers[register_rbp] = stack.at(24).value;
                std::vector<JavaFrame> frames;
                vm.walk.walk(registers, stack.copy(), running, enough, frames);
                told(vm, frames);
                CHECK(frames.size() < enough + 300);
            }
        }
        JavaThreads(vm.memory, vm.layout).last_frame(42);
        CHECK(made.memory.reads < 20000);
    }
}

TEST_CASE("walk: what C1 of JDK 8 saves on top of a frame is told by the code that restores it") {
    MadeVm vm;
    VmMemory memory(vm.memory);
    CodeBlob blob;
    blob.code = {vm.compiled, vm.compiled + Bytes(0x180)};
    Address at = vm.compiled + Bytes(0x60);
    const auto emit = [&](std::initializer_list<unsigned> bytes) {
        vm.memory.put_bytes(at, bytes);
        at = at + Bytes(bytes.size());
    };
    const Address before = at;
    emit({0x48, 0x81, 0xec, 0x80, 0, 0, 0});              // sub rsp, 128
    emit({0x48, 0x89, 0x44, 0x24, 0x78});                 // mov [rsp + 120], rax
    emit({0x48, 0x81, 0xec, 0, 1, 0, 0});                 // sub rsp, 256
    emit({0xc5, 0x7a, 0x7f, 0x84, 0x24, 0x80, 0, 0, 0});  // vmovdqu [rsp + 128], xmm8
    emit({0x48, 0x83, 0xec, 0x08});                       // sub rsp, 8
    emit({0xdd, 0x1c, 0x24});                             // fstp [rsp]
    emit({0xf7, 0xc4, 0x0f, 0, 0, 0});                    // test esp, 15
    emit({0x0f, 0x84, 0x0f, 0, 0, 0});                    // je, to the second call
    emit({0x48, 0x83, 0xec, 0x08});                       // sub rsp, 8
    emit({0xe8, 0, 0, 0, 0});
    const Address aligned = at;
    emit({0x48, 0x83, 0xc4, 0x08, 0xeb, 0x05});  // add rsp, 8; jmp over it
    emit({0xe8, 0, 0, 0, 0});
    const Address plain = at;
    emit({0xc5, 0xfb, 0x11, 0x04, 0x24, 0xdd, 0x04, 0x24});  // vmovsd [rsp], xmm0; fld [rsp]
    emit({0x48, 0x83, 0xc4, 0x08});
    emit({0xf3, 0x44, 0x0f, 0x6f, 0x04, 0x24});  // movdqu xmm8, [rsp]
    emit({0x48, 0x81, 0xc4, 0, 1, 0, 0});
    emit({0x4c, 0x8b, 0x3c, 0x24});
    for (unsigned offset = 8; offset < 0x78; offset += 8) {
        if (offset == 0x58) continue;  // where rsp itself would be
        emit({0x4c, 0x8b, 0x74, 0x24, offset});
    }
    const Address last = at;
    emit({0x48, 0x8b, 0x44, 0x24, 0x78, 0x48, 0x81, 0xc4, 0x80, 0, 0, 0});
    CHECK(saved_above_frame(memory, blob, before) == 0);
    CHECK(saved_above_frame(memory, blob, before + Bytes(7)) == 128);
    CHECK(saved_above_frame(memory, blob, aligned) == 128 + 256 + 8 + 8);
    CHECK(saved_above_frame(memory, blob, plain) == 128 + 256 + 8);
    CHECK(saved_above_frame(memory, blob, last) == 128);
    CHECK(saved_above_frame(memory, blob, at) == 0);
    // The end of a method with 128 bytes of locals looks much like it.
    vm.memory.put_bytes(vm.compiled + Bytes(0x20),
                        {0x48, 0x8b, 0x44, 0x24, 0x78, 0x48, 0x81, 0xc4, 0x80, 0, 0, 0});
    memory.clear();
    CHECK(saved_above_frame(memory, blob, vm.compiled + Bytes(0x20)) == 0);
}
