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

namespace {

constexpr std::size_t most_saving = 160;  // instructions

// Goes through instructions that save and restore registers, and sums what they move the stack pointer by.
class SavedRegisters {
  public:
    SavedRegisters(VmMemory& memory, const CodeBlob& blob, Address pc)
        : memory_(memory), code_(memory, blob.code), at_(pc) {}

    std::uint64_t sum() {
        for (std::size_t i = 0; i < most_saving; ++i) {
            const bool last = ends_restoring();
            if (!step()) return 0;
            if (last) return sum_ > 0 ? static_cast<std::uint64_t>(sum_) : 0;
        }
        return 0;
    }

  private:
    // "mov r15, [rsp]; mov r14, [rsp + 8] … mov rax, [rsp + 120]; add rsp, 128", at the last of them. Without
    // the first ones it may be the end of a method.
    [[nodiscard]] bool ends_restoring() const {
        constexpr std::uint64_t behind_first = 74, behind_last = 5;
        return code_.holds(at_, {0x48, 0x81, 0xc4, 0x80, 0, 0, 0}) &&
               code_.holds(Address{at_.value - behind_last}, {0x48, 0x8b, 0x44, 0x24, 0x78}) &&
               code_.holds(Address{at_.value - behind_first},
                           {0x4c, 0x8b, 0x3c, 0x24, 0x4c, 0x8b, 0x74, 0x24, 0x08});
    }
    bool skip(std::uint64_t bytes) {
        at_ = at_ + Bytes(bytes);
        return true;
    }
    // An operand [rsp + …] whose ModRM byte lies at `modrm`: where it ends.
    std::uint64_t behind_stack_operand(std::uint64_t modrm) {
        const auto mode = code_.at(at_ + Bytes(modrm)), sib = code_.at(at_ + Bytes(modrm + 1));
        if (!mode || sib != 0x24 || (*mode & 7U) != 4 || (*mode & 0xc0U) == 0xc0) return 0;
        return modrm + 2 + ((*mode & 0xc0U) == 0 ? 0 : (*mode & 0xc0U) == 0x40 ? 1 : 4);
    }
    bool move_stack() {
        for (const auto& [modrm, sign] : {std::pair{0xc4, 1}, std::pair{0xec, -1}}) {
            const auto byte = static_cast<std::uint8_t>(modrm);
            if (code_.holds(at_, {0x48, 0x83, byte})) {
                const auto by = code_.at(at_ + Bytes(3));
                if (!by || *by > 0x7f) return false;
                sum_ += sign * static_cast<std::int64_t>(*by);
                return skip(4);
            }
            if (code_.holds(at_, {0x48, 0x81, byte})) {
                const auto by = memory_.read<std::int32_t>(at_ + Bytes(3));
                if (!by || *by <= 0 || *by > 4096) return false;
                sum_ += sign * static_cast<std::int64_t>(*by);
                return skip(7);
            }
        }
        return false;
    }
    bool move_register() {
        const auto first = code_.at(at_);
        if (!first) return false;
        std::uint64_t opcode = 0;
        // mov; movsd, movdqu, with prefixes or VEX.
        if (*first == 0x48 || *first == 0x4c) {
            const auto mov = code_.at(at_ + Bytes(1));
            if (mov == 0x8b || mov == 0x89) opcode = 1;
        } else if (*first == 0xc5) {
            opcode = 2;
        } else if (*first == 0xf2 || *first == 0xf3) {
            opcode = code_.at(at_ + Bytes(1)) == 0x44 ? 3 : 2;
        } else if (*first == 0xdd) {
            opcode = 0;  // fld, fstp of a double
        } else {
            return false;
        }
        if (opcode == 0 && *first != 0xdd) return false;
        if (opcode >= 2) {
            const auto move = code_.at(at_ + Bytes(opcode));
            if (move != 0x10 && move != 0x11 && move != 0x6f && move != 0x7f) return false;
            if (*first != 0xc5 && code_.at(at_ + Bytes(opcode - 1)) != 0x0f) return false;
        }
        const std::uint64_t end = behind_stack_operand(opcode + 1);
        return end > 0 && skip(end);
    }
    bool step() {
        if (code_.holds(at_, {0x48, 0x83}) || code_.holds(at_, {0x48, 0x81})) return move_stack();
        if (code_.holds(at_, {0xf7, 0xc4})) return skip(6);  // test esp, 15
        if (code_.holds(at_, {0x0f, 0x84})) return skip(6);  // je: the same without the alignment
        if (code_.holds(at_, {0xe8})) return skip(5);        // call
        if (code_.holds(at_, {0xeb})) {
            const auto by = code_.at(at_ + Bytes(1));
            return by && *by < 0x80 && skip(2 + std::uint64_t{*by});
        }
        if (code_.holds(at_, {0xe9})) {
            const auto by = memory_.read<std::int32_t>(at_ + Bytes(1));
            return by && *by >= 0 && *by < 256 && skip(5 + static_cast<std::uint64_t>(*by));
        }
        return move_register();
    }

    VmMemory& memory_;
    Code code_;
    Address at_;
    std::int64_t sum_ = 0;
};

}  // namespace

std::uint64_t saved_above_frame(VmMemory& memory, const CodeBlob& blob, Address pc) {
    return SavedRegisters(memory, blob, pc).sum();
}

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
