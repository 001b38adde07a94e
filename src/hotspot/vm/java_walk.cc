#include "hotspot/vm/java_walk.h"

#include "hotspot/vm/frame_state.h"

namespace nmtx {
namespace {

constexpr std::uint64_t word_size = 8;
// A stub that has no frame of a fixed size has pushed a few registers at the most before it can be
// interrupted and found; its return address is looked for so far.
constexpr std::uint64_t most_pushed_words = 32;
// The maximum distance of a stub's instruction from its entry.
constexpr std::uint64_t longest_stub = 8192;

Address words_from(Address at, int words) {
    return Address{at.value + static_cast<std::uint64_t>(static_cast<std::int64_t>(words) * 8)};
}

JavaFrame frame_of_stub(const CodeBlob& blob, Address at) {
    JavaFrame frame;
    frame.at = at;
    frame.stub = blob.name;
    return frame;
}

}  // namespace

std::optional<std::uint64_t> StackCopy::word(Address at) const {
    const std::uint64_t offset = at.value - begin.value;
    if (at < begin || at.value % word_size != 0 || offset > bytes.size() ||
        bytes.size() - offset < sizeof(std::uint64_t))
        return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::optional<std::uint64_t> JavaWalk::word(Address at) {
    beyond_copy_ = beyond_copy_ || beyond(at);
    return stack_->word(at);
}

std::optional<JavaWalk::State> JavaWalk::caller_at(Address slot, Address fp) {
    const auto pc = word(slot);
    if (!pc) return std::nullopt;
    return State{Address{*pc}, slot + Bytes(word_size), fp, false};
}

// Where the frame has its full size: the return address is its highest word, the caller's rbp the one below.
std::optional<JavaWalk::State> JavaWalk::caller_of_frame(const State& state, std::uint64_t bytes) {
    if (bytes < 2 * word_size) return std::nullopt;
    const Address slot = state.sp + Bytes(bytes - word_size);
    const auto fp = word(Address{slot.value - word_size});
    return fp ? caller_at(slot, Address{*fp}) : std::nullopt;
}

std::optional<JavaWalk::State> JavaWalk::caller_by_pointer(const State& state) {
    if (state.fp < state.sp) return std::nullopt;
    const auto fp = word(state.fp);
    return fp ? caller_at(state.fp + Bytes(word_size), Address{*fp}) : std::nullopt;
}

const MethodName* JavaWalk::interpreted_method(Address fp) {
    const auto method = stack_->word(words_from(fp, layout_.frame.method));
    return method && stack_->contains(fp) ? names_.find(Address{*method}) : nullptr;
}

// The instruction by which the frame's scopes are found. A frame whose code is no longer valid returns to a
// handler instead, and keeps the address that it would have returned to.
std::optional<Address> JavaWalk::scope_pc(const CodeBlob& blob, const State& state) {
    for (const Address handler : blob.deopt_handlers) {
        if (state.pc != handler) continue;
        const auto original = stack_->word(state.sp + Bytes(blob.original_pc));
        if (original && has_scope(memory_, layout_, blob, Address{*original})) return Address{*original};
    }
    return has_scope(memory_, layout_, blob, state.pc) ? std::optional(state.pc) : std::nullopt;
}

// The bottom frame of a virtual thread that was continued returns to a stub that brings back the next ones.
bool JavaWalk::is_heap_boundary(Address pc) {
    if (layout_.frame.return_barrier) return pc == *layout_.frame.return_barrier;
    const CodeBlob* const blob = cache_.find(pc);
    return blob != nullptr && blob->kind == BlobKind::stub &&
           blob->name.find("ontinuation") != std::string::npos;
}

// May a call return to this state?
bool JavaWalk::believable(const State& state) {
    if (!cache_.contains(state.pc)) return is_native_code_(state.pc);
    if (state.pc == layout_.frame.call_stub_return)
        return state.fp >= state.sp && stack_->contains(state.fp + Bytes(word_size));
    if (is_heap_boundary(state.pc)) return true;
    const CodeBlob* const blob = cache_.find(state.pc);
    if (blob == nullptr) return false;
    switch (blob->kind) {
        case BlobKind::interpreter:
            return state.fp >= state.sp && interpreted_method(state.fp) != nullptr;
        case BlobKind::compiled:
            return blob->frame_bytes > 0 && (state.called || scope_pc(*blob, state).has_value());
        case BlobKind::native_method:
        case BlobKind::stub:
            return blob->frame_bytes > 0;
    }
    return false;
}

// The caller of a frame that has called, without looking whether it may be.
std::optional<JavaWalk::State> JavaWalk::plain_caller(const State& state) {
    if (state.pc == layout_.frame.call_stub_return) return caller_by_pointer(state);
    const CodeBlob* const blob = cache_.find(state.pc);
    if (blob == nullptr) return std::nullopt;
    if (blob->kind != BlobKind::interpreter) return caller_of_frame(state, blob->frame_bytes);
    const auto sender_sp = stack_->word(words_from(state.fp, layout_.frame.sender_sp));
    auto caller = caller_by_pointer(state);
    // Where the return address lies, or above; below its place by the argument that a call by
    // MethodHandle.linkTo… takes away.
    if (!sender_sp || !caller || *sender_sp <= state.fp.value) return std::nullopt;
    caller->sp = Address{*sender_sp};
    return caller;
}

bool JavaWalk::believable_twice(const State& state) {
    if (!believable(state)) return false;
    if (!cache_.contains(state.pc) || is_heap_boundary(state.pc)) return true;
    const auto next = plain_caller(state);
    return next && believable(*next);
}

JavaWalk::Step JavaWalk::go_to(State& state, const std::optional<State>& next) {
    if (!next) return beyond_copy_ ? Step::cut : Step::not_told;
    if (next->sp <= state.sp) return Step::not_told;
    if (is_heap_boundary(next->pc)) return Step::heap;
    if (beyond(next->sp)) return Step::cut;
    if (!believable(*next)) return Step::not_told;
    state = *next;
    return Step::on;
}

// Is the instruction before this address a call of what runs at `pc`? With a frame pointer the entry may lie
// behind: stubs that copy what may overlap go on in those for what does not, which lie before them.
bool JavaWalk::called_from(const CodeBlob& blob, Address pc, Address returns_to, bool has_frame) {
    const auto leads_to_it = [&](Address entry) {
        if (!blob.code.contains(entry)) return false;
        return entry <= pc ? pc.value - entry.value < longest_stub
                           : has_frame && entry.value - pc.value < longest_stub;
    };
    const auto opcode = memory_.read<std::uint8_t>(Address{returns_to.value - 5});
    const auto distance = memory_.read<std::int32_t>(Address{returns_to.value - 4});
    if (opcode && distance && *opcode == 0xe8)
        return leads_to_it(Address{returns_to.value + static_cast<std::uint64_t>(std::int64_t{*distance})});
    // mov r10, ADDRESS; call r10
    const auto load = memory_.read<std::uint16_t>(Address{returns_to.value - 13});
    const auto target = memory_.read<std::uint64_t>(Address{returns_to.value - 11});
    const auto call = memory_.read<std::uint16_t>(Address{returns_to.value - 3});
    return load && target && call && *load == 0xba49 && *call == 0xff41 && leads_to_it(Address{*target});
}

std::optional<JavaWalk::State> JavaWalk::by_its_call(const CodeBlob& blob, Address pc,
                                                     std::optional<State> caller, bool has_frame) {
    if (!caller || !called_from(blob, pc, caller->pc, has_frame)) return std::nullopt;
    caller->called = true;
    return believable_twice(*caller) ? caller : std::nullopt;
}

JavaWalk::Step JavaWalk::step_interpreted(State& state, bool running, std::vector<JavaFrame>& frames) {
    const MethodName* const method = state.fp >= state.sp ? interpreted_method(state.fp) : nullptr;
    if (method == nullptr) {
        // Entered, and its frame not yet made.
        if (!running) return Step::not_told;
        const auto next = caller_at(state.sp, state.fp);
        return next && believable_twice(*next) ? go_to(state, next) : Step::not_told;
    }
    JavaFrame frame;
    frame.at = state.pc;
    frame.method = Address{*stack_->word(words_from(state.fp, layout_.frame.method))};
    frame.kind = method->bytecodes.empty() ? JavaFrameKind::native_method : JavaFrameKind::interpreted;
    const auto saved = stack_->word(words_from(state.fp, layout_.frame.bcp));
    for (const std::uint64_t bcp : {running ? bcp_ : 0, saved.value_or(0)}) {
        if (!method->bytecodes.contains(Address{bcp})) continue;
        frame.bci = static_cast<int>(bcp - method->bytecodes.begin.value);
        break;
    }
    // 8 keeps the index instead of the address while the heap is collected.
    if (frame.bci < 0 && saved && *saved < method->bytecodes.size().value())
        frame.bci = static_cast<int>(*saved);
    frame.about = frame.bci < 0 && !method->bytecodes.empty();
    frames.push_back(std::move(frame));
    return go_to(state, plain_caller(state));
}

void JavaWalk::take_compiled(const CodeBlob& blob, Address pc, Address at, std::vector<JavaFrame>& frames) {
    const Scopes scopes = scopes_at(memory_, layout_, blob, pc);
    for (std::size_t i = 0; i < scopes.places.size(); ++i) {
        const bool outermost = i + 1 == scopes.places.size();
        frames.push_back({at,
                          outermost ? JavaFrameKind::compiled : JavaFrameKind::inlined,
                          scopes.places[i].method,
                          scopes.places[i].bci,
                          i == 0 && !scopes.exact,
                          {}});
    }
}

JavaWalk::Step JavaWalk::step_compiled(const CodeBlob& blob, State& state, bool running,
                                       std::vector<JavaFrame>& frames) {
    auto scope = running ? std::optional(state.pc) : scope_pc(blob, state);
    if (blob.kind == BlobKind::compiled && blob.frame_bytes > 0 && (running || (!scope && state.called))) {
        // What lies on top of the frame is not its own.
        if (const std::uint64_t saved = saved_above_frame(memory_, blob, state.pc); saved > 0) {
            take_compiled(blob, state.pc, state.pc, frames);
            state.sp = state.sp + Bytes(saved);
            return go_to(state, caller_of_frame(state, blob.frame_bytes));
        }
    }
    if (!scope && state.called && blob.frame_bytes > 0) scope = state.pc;
    if (blob.kind == BlobKind::native_method) {
        frames.push_back({state.pc, JavaFrameKind::native_method, blob.method, -1, false, {}});
    } else if (scope) {
        take_compiled(blob, *scope, state.pc, frames);
    } else {
        return Step::not_told;
    }
    if (!running) return go_to(state, caller_of_frame(state, blob.frame_bytes));
    switch (frame_state(memory_, blob, state.pc)) {
        case FrameState::stands:
            // Code that moves the stack pointer for a while (C2's for compressing characters) ends the stack
            // here: what lies where the return address should be is none.
            return go_to(state, caller_of_frame(state, blob.frame_bytes));
        case FrameState::pushed: {
            const auto fp = stack_->word(state.sp);
            return fp ? go_to(state, caller_at(state.sp + Bytes(word_size), Address{*fp})) : Step::cut;
        }
        case FrameState::none:
            return go_to(state, caller_at(state.sp, state.fp));
        case FrameState::unknown:
            return leave_running(blob, state);
    }
    return Step::not_told;
}

// A thread runs in code of which it is not known what lies on the stack: the return address is the first
// word that a call to this code has left, if that call's own frame is followed by a sound one.
JavaWalk::Step JavaWalk::leave_running(const CodeBlob& blob, State& state) {
    if (blob.frame_bytes > 0 && state.pc >= blob.code.begin + Bytes(blob.frame_complete)) {
        const auto next = caller_of_frame(state, blob.frame_bytes);
        if (next && believable_twice(*next)) return go_to(state, next);
    }
    if (const auto next = by_its_call(blob, state.pc, caller_by_pointer(state), true))
        return go_to(state, next);
    // The interpreter calls what makes arguments of native methods ready by its address, with its own frame
    // in rbp.
    if (const auto next = caller_at(state.sp, state.fp)) {
        const CodeBlob* const caller = cache_.find(next->pc);
        if (caller != nullptr && caller->kind == BlobKind::interpreter && believable_twice(*next))
            return go_to(state, next);
    }
    for (std::uint64_t i = 0; i < most_pushed_words; ++i) {
        const Address slot = state.sp + Bytes(i * word_size);
        if (beyond(slot)) return Step::cut;
        for (const auto fp : {std::optional(state.fp.value),
                              i > 0 ? stack_->word(Address{slot.value - word_size}) : std::nullopt}) {
            const auto next =
                fp ? by_its_call(blob, state.pc, caller_at(slot, Address{*fp}), false) : std::nullopt;
            if (next) return go_to(state, next);
        }
    }
    return Step::not_told;
}

JavaWalk::Step JavaWalk::step_stub(const CodeBlob& blob, State& state, bool running,
                                   std::vector<JavaFrame>& frames) {
    frames.push_back(frame_of_stub(blob, state.pc));
    if (running) return leave_running(blob, state);
    return go_to(state,
                 blob.frame_bytes > 0 ? caller_of_frame(state, blob.frame_bytes) : caller_by_pointer(state));
}

JavaWalk::Step JavaWalk::step(const CodeBlob& blob, State& state, bool running,
                              std::vector<JavaFrame>& frames) {
    switch (blob.kind) {
        case BlobKind::interpreter:
            return step_interpreted(state, running, frames);
        case BlobKind::compiled:
        case BlobKind::native_method:
            return step_compiled(blob, state, running, frames);
        case BlobKind::stub:
            return step_stub(blob, state, running, frames);
    }
    return Step::not_told;
}

bool JavaWalk::may_go_on(const MachineRegisters& registers, const StackCopy& stack) {
    stack_ = &stack;
    const State state{Address{registers[register_rip]}, Address{registers[register_rsp]},
                      Address{registers[register_rbp]}, false};
    const CodeBlob* const blob = cache_.find(state.pc);
    return blob != nullptr && blob->kind == BlobKind::interpreter && believable_twice(state);
}

JavaWalkEnd JavaWalk::walk(MachineRegisters& registers, const StackCopy& stack, bool running,
                           std::size_t most, std::vector<JavaFrame>& frames) {
    stack_ = &stack;
    bcp_ = registers[register_r13];
    State state{Address{registers[register_rip]}, Address{registers[register_rsp]},
                Address{registers[register_rbp]}, !running};
    for (; cache_.contains(state.pc); running = false) {
        if (frames.size() >= most) return JavaWalkEnd::too_deep;
        Step step = Step::not_told;
        beyond_copy_ = false;
        if (!running && state.pc == layout_.frame.call_stub_return) {
            const int saved = layout_.frame.call_wrapper - 1;  // rbx, then r12 to r15 below it
            const Address fp = state.fp;
            step = go_to(state, caller_by_pointer(state));
            registers[register_rbx] = stack.word(words_from(fp, saved)).value_or(0);
            for (int i = 0; i < 4; ++i)
                registers[register_r12 + static_cast<std::size_t>(i)] =
                    stack.word(words_from(fp, saved - 1 - i)).value_or(0);
        } else if (const CodeBlob* const blob = cache_.find(state.pc)) {
            step = this->step(*blob, state, running, frames);
        }
        if (step == Step::heap) return JavaWalkEnd::heap;
        if (step == Step::cut) return JavaWalkEnd::cut;
        if (step == Step::not_told) return JavaWalkEnd::not_told;
    }
    registers[register_rip] = state.pc.value;
    registers[register_rsp] = state.sp.value;
    registers[register_rbp] = state.fp.value;
    return JavaWalkEnd::native;
}

}  // namespace nmtx
