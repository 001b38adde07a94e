// From one frame of Java code to its caller, on a copy of a thread's stack: through compiled and interpreted
// methods, wrappers of native methods and stubs, until native code is reached that called into Java.
//
//   compiled, wrapper, stub        interpreter                 entry (StubRoutines::call_stub)
//   sp ─► frame_bytes …            sp ─► expression stack      …
//         caller's rbp                   bcp        fp - 8 w   rbx, r12 … r15   fp - 7 … - 11 words
//         return address                 method     fp - 3 w   JavaCallWrapper  fp - 6 words
//   caller's sp ─►                 fp ─► caller's rbp    fp ─► caller's rbp
//                                        return address        return address, into libjvm.so
//
// No step is a guess: a return address must be an instruction with a compiler's note (PcDesc), or in the
// interpreter with a method in its frame, and the stack pointer must grow. Source: HotSpot
// src/hotspot/cpu/x86/frame_x86.{hpp,cpp}, stubGenerator_x86_64.cpp, code/nmethod.cpp.
#pragma once

#include <array>
#include <functional>
#include <span>

#include "hotspot/vm/method_names.h"

namespace nmtx {

// By their DWARF numbers (System V ABI for x86-64, figure 3.36).
using MachineRegisters = std::array<std::uint64_t, 17>;
inline constexpr std::size_t register_rbx = 3, register_rbp = 6, register_rsp = 7, register_r12 = 12,
                             register_r13 = 13, register_rip = 16;

struct StackCopy {
    Address begin;
    std::span<const std::byte> bytes;
    [[nodiscard]] std::optional<std::uint64_t> word(Address at) const;
    [[nodiscard]] bool contains(Address at) const { return word(at).has_value(); }
    [[nodiscard]] Address end() const { return begin + Bytes(bytes.size()); }
};

enum class JavaFrameKind : std::uint8_t { interpreted, compiled, inlined, native_method, stub };

struct JavaFrame {
    Address at;  // of the instruction; of a caller, the one that it returns to
    JavaFrameKind kind = JavaFrameKind::stub;
    Address method;      // not of a stub
    int bci = -1;        // -1: of the method as a whole
    bool about = false;  // somewhere in this method, or in a method inlined into it: see Scopes
    std::string stub;    // its name
};

enum class JavaWalkEnd : std::uint8_t {
    native,    // the registers are now those of native code that called Java
    heap,      // a virtual thread: its further frames are in the Java heap
    not_told,  // nothing shows the caller
    cut,       // the copy ends here
    too_deep
};

class JavaWalk {
  public:
    // `is_native_code`: is there code of a mapped file? All must outlive this.
    JavaWalk(VmMemory& memory, const VmLayout& layout, CodeCacheMap& cache, MethodNames& names,
             std::function<bool(Address)> is_native_code)
        : memory_(memory),
          layout_(layout),
          cache_(cache),
          names_(names),
          is_native_code_(std::move(is_native_code)) {}

    // Is it Java code?
    [[nodiscard]] bool knows(Address pc) const { return cache_.contains(pc); }
    // For registers that were recorded elsewhere: does this stack have a frame that they can belong to? The
    // stack itself shows this only for the interpreter.
    bool may_go_on(const MachineRegisters& registers, const StackCopy& stack);
    // Appends frames until `most` are there. `running`: the thread is at its pc; otherwise a call returns
    // there.
    JavaWalkEnd walk(MachineRegisters& registers, const StackCopy& stack, bool running, std::size_t most,
                     std::vector<JavaFrame>& frames);

  private:
    struct State {
        Address pc, sp, fp;
        // The call was verified in another way: it may be a call of a function that never enters the VM
        // (arraycopy, sin), for which compilers leave no note.
        bool called = false;
    };
    enum class Step : std::uint8_t { on, not_told, cut, heap };

    Step step(const CodeBlob& blob, State& state, bool running, std::vector<JavaFrame>& frames);
    Step step_interpreted(State& state, bool running, std::vector<JavaFrame>& frames);
    Step step_compiled(const CodeBlob& blob, State& state, bool running, std::vector<JavaFrame>& frames);
    Step step_stub(const CodeBlob& blob, State& state, bool running, std::vector<JavaFrame>& frames);
    Step leave_running(const CodeBlob& blob, State& state);
    Step go_to(State& state, const std::optional<State>& next);
    void take_compiled(const CodeBlob& blob, Address pc, Address at, std::vector<JavaFrame>& frames);

    [[nodiscard]] bool is_heap_boundary(Address pc);
    [[nodiscard]] bool beyond(Address at) const { return at >= stack_->end(); }
    std::optional<std::uint64_t> word(Address at);
    std::optional<State> caller_of_frame(const State& state, std::uint64_t bytes);
    std::optional<State> caller_by_pointer(const State& state);
    std::optional<State> caller_at(Address slot, Address fp);
    std::optional<State> plain_caller(const State& state);
    std::optional<Address> scope_pc(const CodeBlob& blob, const State& state);
    const MethodName* interpreted_method(Address fp);
    bool believable(const State& state);
    bool believable_twice(const State& state);
    bool called_from(const CodeBlob& blob, Address pc, Address returns_to, bool has_frame);
    std::optional<State> by_its_call(const CodeBlob& blob, Address pc, std::optional<State> caller,
                                     bool has_frame);

    VmMemory& memory_;
    const VmLayout& layout_;
    CodeCacheMap& cache_;
    MethodNames& names_;
    std::function<bool(Address)> is_native_code_;
    const StackCopy* stack_ = nullptr;
    bool beyond_copy_ = false;  // the current step needs memory beyond the copy
    std::uint64_t bcp_ = 0;     // from the register, for a thread that runs in the interpreter
};

}  // namespace nmtx
