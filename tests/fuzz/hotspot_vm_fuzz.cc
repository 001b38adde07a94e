// libFuzzer: a made HotSpot of which bytes are changed anywhere, its tables too, and a stack of any words: a
// walk ends, goes no further than the copy, and reads a bounded amount. Each change takes 12 bytes: a place
// and a value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "hotspot/made_vm.h"
#include "hotspot/vm/java_threads.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t change = 12, most_frames = 100, most_reads = 200000;
    if (size > 64 * change) return 0;
    nmtx::test::MadeVm made;
    nmtx::test::MadeStack stack = nmtx::test::stack_of(made);
    for (; size >= change; data += change, size -= change) {
        std::uint32_t place = 0;
        std::uint64_t value = 0;
        std::memcpy(&place, data, sizeof place);
        std::memcpy(&value, data + sizeof place, sizeof value);
        if (place % 4 == 0) {
            stack.words[place / 4 % stack.words.size()] = value;
            continue;
        }
        const std::size_t at = place / 4 % (made.memory.used() - sizeof value);
        std::memcpy(made.memory.bytes().data() + at, &value, place % 4 == 1 ? 1 : sizeof value);
    }
    made.memory.reads = 0;
    const auto layout = made.read_layout();
    if (!layout) return 0;
    nmtx::test::MadeVm::Opened vm(made.memory, *layout);
    for (const bool running : {false, true}) {
        for (const nmtx::Address code : {made.wrapper, made.compiled, made.interpreter, made.stub}) {
            nmtx::MachineRegisters registers =
                nmtx::test::registers_of(made, code + nmtx::Bytes(0x20), stack);
            registers[nmtx::register_rbp] = stack.at(24).value;
            std::vector<nmtx::JavaFrame> frames;
            vm.walk.walk(registers, stack.copy(), running, most_frames, frames);
            require(frames.size() < most_frames + 300);
            for (const nmtx::JavaFrame& frame : frames) {
                if (const auto* const method = vm.names.find(frame.method))
                    vm.names.line_of(*method, frame.bci);
            }
        }
    }
    nmtx::JavaThreads(vm.memory, vm.layout).last_frame(42);
    require(made.memory.reads < most_reads);
    return 0;
}
