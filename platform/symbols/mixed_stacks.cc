#include "platform/symbols/mixed_stacks.h"

#include <algorithm>

#include "platform/proc/mapped_file.h"
#include "platform/symbols/java_stacks.h"
#include "platform/symbols/unwind_files.h"
#include "platform/symbols/unwinder.h"

namespace nmtx {
namespace {

FrameKind kind_of(JavaFrameKind kind) {
    switch (kind) {
        case JavaFrameKind::interpreted:
            return FrameKind::interpreted;
        case JavaFrameKind::compiled:
            return FrameKind::compiled;
        case JavaFrameKind::inlined:
            return FrameKind::inlined;
        case JavaFrameKind::native_method:
            return FrameKind::native_method;
        case JavaFrameKind::stub:
            break;
    }
    return FrameKind::stub;
}

std::optional<StackEnd> end_of(JavaWalkEnd end) {
    switch (end) {
        case JavaWalkEnd::native:
            return std::nullopt;
        case JavaWalkEnd::heap:
            return StackEnd::heap;
        case JavaWalkEnd::cut:
            return StackEnd::cut;
        case JavaWalkEnd::too_deep:
            return StackEnd::too_deep;
        case JavaWalkEnd::not_told:
            break;
    }
    return StackEnd::not_told;
}

// One stack, from the thread's registers down.
class MixedStack {
  public:
    MixedStack(NativeUnwinder& native, JavaStacks* java, const ThreadCopy& copy)
        : native_(native), java_(java), copy_(copy), registers_(copy.registers) {
        stack_.tid = static_cast<std::uint64_t>(copy.tid);
        stack_.stopped_ms = std::chrono::duration<double, std::milli>(copy.stood_still).count();
        stack_.stack_pointer = Address{copy.registers[dwarf_stack_pointer]};
    }

    NativeStack run() {
        go_down();
        while (take_up_below()) go_down();
        return std::move(stack_);
    }

  private:
    void go_down() {
        for (;;) {
            const std::uint64_t pointer = registers_[dwarf_stack_pointer];
            const UnwoundStack unwound = native_.run(copy_, registers_, running_);
            stack_.end = unwound.end;
            stack_.next = unwound.next;
            for (const Address at : unwound.frames) add_native(at);
            if (unwound.end != StackEnd::no_file || java_ == nullptr || !java_->walk().knows(unwound.next))
                return;
            // Nothing that is left may be gone through twice.
            if (!running_ && registers_[dwarf_stack_pointer] < pointer) {
                stack_.end = StackEnd::not_told;
                return;
            }
            if (!take_java()) return;
        }
    }

    void add_native(Address at) {
        running_ = false;
        NativeFrame frame;
        frame.at = at;
        stack_.frames.push_back(std::move(frame));
    }

    // True where native code is below.
    bool take_java() {
        std::vector<JavaFrame> frames;
        const std::size_t room = most_stack_frames - std::min(stack_.frames.size(), most_stack_frames);
        const StackCopy stack{copy_.begin, copy_.bytes};
        const JavaWalkEnd end = java_->walk().walk(registers_, stack, running_, room, frames);
        running_ = false;
        stack_.end = end_of(end).value_or(StackEnd::not_told);
        for (const JavaFrame& frame : frames) {
            if (!add_java(frame)) {
                stack_.end = StackEnd::not_told;
                return false;
            }
        }
        return end == JavaWalkEnd::native;
    }

    // False where its method is none: then neither is what was said of it.
    bool add_java(const JavaFrame& frame) {
        NativeFrame out;
        out.at = frame.at;
        out.kind = kind_of(frame.kind);
        if (out.kind == FrameKind::stub) {
            out.symbol = frame.stub;
        } else {
            const MethodName* const method = java_->names().find(frame.method);
            if (method == nullptr) return false;
            out.symbol = method->name;
            out.file = method->source;
            out.bci = frame.bci;
            out.about = frame.about;
            if (out.kind != FrameKind::native_method) out.line = java_->names().line_of(*method, frame.bci);
        }
        stack_.frames.push_back(std::move(out));
        return true;
    }

    // Where nothing tells who called, the thread may have noted where it left Java. What it noted must still
    // be what the copy holds, and lie further down than the thread is.
    bool take_up_below() {
        if (java_ == nullptr || taken_up_ ||
            (stack_.end != StackEnd::not_told && stack_.end != StackEnd::no_file))
            return false;
        taken_up_ = true;
        if (stack_.has_java()) return false;
        const auto last = java_->last_frame(copy_.own_id);
        if (!last || last->sp.value <= copy_.registers[dwarf_stack_pointer]) return false;
        const StackCopy stack{copy_.begin, copy_.bytes};
        const auto below = stack.word(Address{last->sp.value - sizeof(std::uint64_t)});
        const Address pc = last->pc.value != 0 ? last->pc : Address{below.value_or(0)};
        MachineRegisters noted{};
        noted[register_rip] = pc.value;
        noted[register_rsp] = last->sp.value;
        noted[register_rbp] = last->fp.value;
        const bool still_there = below && *below == pc.value && java_->walk().knows(pc);
        if (!still_there && !java_->walk().may_go_on(noted, stack)) return false;
        NativeFrame gap;
        gap.kind = FrameKind::gap;
        gap.at = stack_.end == StackEnd::no_file ? stack_.next : Address{};
        stack_.frames.push_back(std::move(gap));
        registers_ = noted;
        running_ = false;
        return take_java();
    }

    NativeUnwinder& native_;
    JavaStacks* java_;
    const ThreadCopy& copy_;
    MachineRegisters registers_;
    NativeStack stack_;
    bool running_ = true;
    bool taken_up_ = false;
};

}  // namespace

struct MixedUnwinder::Parts {
    Parts(const ProcessFiles& process, std::vector<MappedFile> mapped)
        : code(std::move(mapped)), native(process, code) {}

    std::vector<MappedFile> code;
    NativeUnwinder native;
    std::unique_ptr<JavaStacks> java;
};

MixedUnwinder::MixedUnwinder(const ProcessFiles& process) : process_(process) {}
MixedUnwinder::~MixedUnwinder() = default;

NativeStacks MixedUnwinder::unwind(std::string_view maps, std::span<const ThreadCopy> copies) {
    std::vector<MappedFile> code = mapped_code(maps);
    const bool same = parts_ && std::equal(code.begin(), code.end(), parts_->code.begin(), parts_->code.end(),
                                           is_same_mapping);
    if (!same) parts_ = std::make_unique<Parts>(process_, std::move(code));
    NativeStacks stacks;
    if (parts_->java) {
        parts_->java->begin_anew(maps);
    } else if (const MappedFile* const jvm = mapped_jvm(parts_->code)) {
        auto opened = JavaStacks::of(
            process_, maps, *jvm, [parts = parts_.get()](Address at) { return parts->native.is_code(at); });
        if (opened) {
            parts_->java = std::move(*opened);
        } else {
            stacks.java_missing = to_string(opened.error());
        }
    }
    stacks.stacks.reserve(copies.size());
    for (const ThreadCopy& copy : copies)
        stacks.stacks.push_back(MixedStack(parts_->native, parts_->java.get(), copy).run());
    return stacks;
}

}  // namespace nmtx
