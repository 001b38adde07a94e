#include "hotspot/vm/frame_state.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr std::size_t most_prologue = 512;
constexpr std::size_t around = 32;  // bytes before and after an instruction that are looked at

// The instructions around one, as far as they are the blob's.
class Code {
  public:
    Code(VmMemory& memory, Range code) : memory_(memory), code_(code) {}
    [[nodiscard]] std::optional<std::uint8_t> at(Address address) const {
        return code_.contains(address) ? memory_.read<std::uint8_t>(address) : std::nullopt;
    }
    [[nodiscard]] bool holds(Address address, std::initializer_list<std::uint8_t> bytes) const {
        for (const std::uint8_t byte : bytes) {
            if (at(address) != byte) return false;
            address = address + Bytes(1);
        }
        return true;
    }
    // How many bytes "OP rsp, N" has there: 4 or 7; 0 where it is none. `modrm`: ec of sub, c4 of add.
    [[nodiscard]] std::uint64_t moves_stack(Address address, std::uint8_t modrm, std::uint64_t amount) const {
        if (holds(address, {0x48, 0x83, modrm})) return at(address + Bytes(3)) == amount ? 4 : 0;
        if (!holds(address, {0x48, 0x81, modrm})) return 0;
        const auto by = memory_.read<std::uint32_t>(address + Bytes(3));
        return by && *by == amount ? 7 : 0;
    }

  private:
    VmMemory& memory_;
    Range code_;
};

// Behind "pop rbp": may the poll and the return be all that lies between it and `pc`?
bool behind_pop(const Code& code, Address pop, Address pc, std::uint64_t local_bytes) {
    const bool added = code.moves_stack(Address{pop.value - 4}, 0xc4, local_bytes) == 4 ||
                       code.moves_stack(Address{pop.value - 7}, 0xc4, local_bytes) == 7;
    if (!added && local_bytes != 0) return false;
    Address at = pop + Bytes(1);
    while (at < pc) {
        if (code.holds(at, {0x49, 0x3b, 0x67})) {
            at = at + Bytes(4);  // cmp rsp, [r15 + …], a distance of a byte
        } else if (code.holds(at, {0x49, 0x3b, 0xa7})) {
            at = at + Bytes(7);  // the same, of four
        } else if (code.holds(at, {0x0f, 0x87}) || code.holds(at, {0x85, 0x05})) {
            at = at + Bytes(6);  // ja …; test eax, [rip + …]
        } else if (code.holds(at, {0x4d, 0x8b, 0x97})) {
            at = at + Bytes(7);  // mov r10, [r15 + …]
        } else if (code.holds(at, {0x41, 0x85, 0x02})) {
            at = at + Bytes(3);  // test eax, [r10]
        } else {
            return false;
        }
    }
    return at == pc;
}

}  // namespace

FrameState frame_state(VmMemory& memory, const CodeBlob& blob, Address pc) {
    if (!blob.code.contains(pc) || blob.frame_bytes < 16) return FrameState::unknown;
    const Code code(memory, blob.code);
    // Without the return address and the pushed rbp.
    const std::uint64_t local_bytes = blob.frame_bytes - 16;
    const Address complete = blob.code.begin + Bytes(blob.frame_complete);
    if (pc < complete) {
        const Address last = std::min(complete, blob.code.begin + Bytes(most_prologue));
        for (Address at = blob.code.begin; at < last; at = at + Bytes(1)) {
            if (const std::uint64_t bytes = code.moves_stack(at, 0xec, local_bytes); bytes > 0) {
                Address push{at.value - 1};
                if (code.holds(Address{at.value - 4}, {0x55, 0x48, 0x8b, 0xec})) push = Address{at.value - 4};
                if (!code.holds(push, {0x55})) continue;
                return pc <= push ? FrameState::none : pc <= at ? FrameState::pushed : FrameState::stands;
            }
            // The other form stores rbp into the frame afterwards.
            if (code.moves_stack(at, 0xec, local_bytes + 8) > 0)
                return pc <= at ? FrameState::none : FrameState::stands;
        }
        return FrameState::unknown;
    }
    if (code.holds(pc, {0x5d})) {
        const bool added = code.moves_stack(Address{pc.value - 4}, 0xc4, local_bytes) == 4 ||
                           code.moves_stack(Address{pc.value - 7}, 0xc4, local_bytes) == 7;
        if (added) return FrameState::pushed;
    }
    for (std::uint64_t back = 1; back <= around && pc.value - back >= blob.code.begin.value; ++back) {
        const Address pop{pc.value - back};
        if (code.holds(pop, {0x5d}) && behind_pop(code, pop, pc, local_bytes)) return FrameState::none;
    }
    return FrameState::stands;
}

}  // namespace nmtx
