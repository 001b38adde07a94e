#include "platform/symbols/native_stacks.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "base/cursor.h"
#include "base/lines.h"
#include "documents/native_stacks.h"
#include "platform/proc/child_work.h"
#include "platform/symbols/live_files.h"
#include "platform/symbols/thread_copy.h"
#include "platform/symbols/unwind_files.h"
#include "platform/symbols/unwinder.h"

namespace nmtx {
namespace {

// From the child: "NUMBER-OF-END NEXT FRAME FRAME …\n" for each copy.
std::string format_unwound(const std::vector<UnwoundStack>& stacks) {
    std::string out;
    for (const UnwoundStack& stack : stacks) {
        out += fmt::format("{} {:x}", static_cast<int>(stack.end), stack.next.value);
        for (const Address at : stack.frames) out += fmt::format(" {:x}", at.value);
        out += '\n';
    }
    return out;
}

// The child has read files that somebody else may have forged: it is believed no more than they are.
std::optional<UnwoundStack> parse_unwound(std::string_view line) {
    Cursor cursor(line);
    UnwoundStack stack;
    const auto end = cursor.decimal();
    if (!end || *end > static_cast<std::uint64_t>(StackEnd::too_deep) || !cursor.take(" "))
        return std::nullopt;
    stack.end = static_cast<StackEnd>(*end);
    const auto next = cursor.hex();
    if (!next) return std::nullopt;
    stack.next = Address{*next};
    while (cursor.take(" ")) {
        const auto at = cursor.hex();
        if (!at || stack.frames.size() == most_native_frames) return std::nullopt;
        stack.frames.push_back(Address{*at});
    }
    return cursor.at_end() ? std::optional(std::move(stack)) : std::nullopt;
}

// Names for the frames: one look into each file for all of its frames.
class FrameNames {
  public:
    FrameNames(const ProcessFiles& process, std::span<const MappedFile> code)
        : files_(process), code_(code) {}

    void take(NativeStack& stack, const UnwoundStack& unwound) {
        for (std::size_t i = 0; i < unwound.frames.size(); ++i) {
            // A caller's call lies before the address that it returns to.
            const Address at = unwound.frames[i], looked_up{at.value - (i > 0 ? 1 : 0)};
            const MappedFile* const file = code_at(code_, looked_up);
            if (file == nullptr) return;
            NativeFrame frame;
            frame.at = at;
            frame.file = file->path;
            frame.file_offset = file->offset + (at.value - file->first.begin.value);
            const auto symbol = files_.symbols(*file, std::span(&looked_up, 1)).front();
            if (symbol) {
                frame.symbol = symbol->name;
                frame.offset = symbol->offset + (at.value - looked_up.value);
            }
            stack.frames.push_back(std::move(frame));
        }
    }

  private:
    LiveFiles files_;
    std::span<const MappedFile> code_;
};

}  // namespace

Expected<std::string> read_native_stacks(const ProcessFiles& process, std::span<const std::uint64_t> tids) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const std::vector<MappedFile> code = mapped_code(*maps);
    NativeStacks stacks;
    std::vector<ThreadCopy> copies;
    std::optional<Error> refused;
    for (const std::uint64_t tid : tids) {
        auto copy = copy_thread(process, static_cast<pid_t>(tid));
        if (copy) {
            copies.push_back(std::move(*copy));
        } else {
            stacks.failed.push_back({tid, copy.error().what});
            refused = std::move(copy.error());
        }
    }
    if (copies.empty() && refused) return tl::make_unexpected(std::move(*refused));
    const auto text = work_in_child([&] { return format_unwound(unwind(process, code, copies)); });
    if (!text)
        return failure("the native stacks", "could not be unwound: " + text.error().what, text.error().hint);
    FrameNames names(process, code);
    Lines lines(*text);
    for (const ThreadCopy& copy : copies) {
        const auto unwound = lines.next() ? parse_unwound(lines.line()) : std::nullopt;
        if (!unwound) return failure("the native stacks", "could not be unwound: the result is not a stack");
        NativeStack& stack = stacks.stacks.emplace_back();
        stack.tid = static_cast<std::uint64_t>(copy.tid);
        stack.stopped_ms = std::chrono::duration<double, std::milli>(copy.stood_still).count();
        stack.stack_pointer = Address{copy.registers[dwarf_stack_pointer]};
        stack.end = unwound->end;
        stack.next = unwound->next;
        names.take(stack, *unwound);
    }
    return format_native_stacks(stacks);
}

}  // namespace nmtx
