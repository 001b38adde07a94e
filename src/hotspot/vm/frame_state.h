// How much of its frame compiled code has set up at an instruction: a running thread may be anywhere in the
// few instructions that create or remove it.
//
//   sub rsp, N      push rbp; sub rsp, N … add rsp, N; pop rbp; (safepoint poll) ret
//
// Source: HotSpot src/hotspot/cpu/x86/c2_MacroAssembler_x86.cpp (verified_entry), x86.ad (MachEpilogNode),
// c1_MacroAssembler_x86.cpp (build_frame, remove_frame).
#pragma once

#include "hotspot/vm/code_cache.h"

namespace nmtx {

enum class FrameState : std::uint8_t {
    stands,  // the frame has its full size
    pushed,  // rbp is pushed, no more: the return address lies above it
    none,    // the return address is on top
    unknown
};

// `pc` is in the code of a compiled method or the wrapper of a native one.
FrameState frame_state(VmMemory& memory, const CodeBlob& blob, Address pc);

// How many bytes code has put on top of a frame that stands, and takes away again further on: C1 of JDK 8
// saves all registers there around calls of sin and its kin. Told by what is executed next, instruction by
// instruction, up to where the last register is restored; 0 where that is not what it does.
//
//   sub rsp, 128; mov [rsp + 120], rax … call dsin … add rsp, 256; mov r15, [rsp] … mov rax, [rsp + 120];
//   add rsp, 128
//
// Source: HotSpot 8 src/cpu/x86/vm/macroAssembler_x86.cpp (fp_runtime_fallback, pusha, popa).
std::uint64_t saved_above_frame(VmMemory& memory, const CodeBlob& blob, Address pc);

}  // namespace nmtx
