#include "platform/symbols/native_stacks.h"

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "documents/native_stacks.h"
#include "platform/proc/child_work.h"
#include "platform/symbols/live_files.h"
#include "platform/symbols/mixed_stacks.h"
#include "platform/symbols/thread_copy.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

// Names for the frames: one look into each file for all of its frames.
class FrameNames {
  public:
    FrameNames(const ProcessFiles& process, std::span<const MappedFile> code)
        : files_(process), code_(code) {}

    // False where a frame lies in none of the files: then whoever unwound it is wrong.
    bool take(NativeStack& stack) {
        bool first = true;
        for (NativeFrame& frame : stack.frames) {
            const bool running = std::exchange(first, false);
            if (frame.kind != FrameKind::native) continue;
            // A caller's call lies before the address that it returns to.
            const Address looked_up{frame.at.value - (running ? 0 : 1)};
            const MappedFile* const file = code_at(code_, looked_up);
            if (file == nullptr) return false;
            frame.file = file->path;
            frame.file_offset = file->offset + (frame.at.value - file->first.begin.value);
            const auto& symbol = symbol_at(*file, looked_up);
            if (!symbol) continue;
            frame.symbol = symbol->name;
            frame.offset = symbol->offset + (frame.at.value - looked_up.value);
        }
        return true;
    }

  private:
    // Most threads wait in the same few functions.
    const std::optional<FileSymbol>& symbol_at(const MappedFile& file, Address at) {
        auto known = symbols_.find(at.value);
        if (known == symbols_.end())
            known = symbols_.emplace(at.value, files_.symbols(file, std::span(&at, 1)).front()).first;
        return known->second;
    }

    LiveFiles files_;
    std::span<const MappedFile> code_;
    std::unordered_map<std::uint64_t, std::optional<FileSymbol>> symbols_;
};

// Copies of stacks that are held at once, and that one child has the time for on a machine with much to do.
constexpr std::size_t most_copied_bytes = std::size_t{128} << 20U;
constexpr std::size_t most_copies = 1000;
// Unless stacks were asked for, a thread that is slow to stop is skipped.
constexpr std::chrono::milliseconds brief_stop{250};

// The child has read files and memory that somebody else may have forged: it is believed no more than they
// are.
Expected<NativeStacks> unwind_in_child(const ProcessFiles& process, std::string_view maps,
                                       std::span<const ThreadCopy> copies) {
    ChildBounds bounds;
    bounds.output = std::size_t{64} << 20U;
    const auto text = work_in_child(
        [&] { return format_native_stacks(MixedUnwinder(process).unwind(maps, copies)); }, bounds);
    if (!text)
        return failure("the native stacks", "could not be unwound: " + text.error().what, text.error().hint);
    auto unwound = parse_native_stacks(*text);
    const bool same = unwound && unwound->stacks.size() == copies.size() && unwound->failed.empty();
    if (!same) return failure("the native stacks", "could not be unwound: the result is not a stack");
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (unwound->stacks[i].tid != static_cast<std::uint64_t>(copies[i].tid))
            return failure("the native stacks", "could not be unwound: the result is not a stack");
    }
    return std::move(*unwound);
}

// Takes copies until there are enough of them or no thread is left.
class StackReader {
  public:
    StackReader(const ProcessFiles& process, std::string_view maps, bool brief)
        : process_(process), maps_(maps), code_(mapped_code(maps)), names_(process, code_) {
        stacks_.brief = brief;
    }

    Expected<NativeStacks> read(std::span<const std::uint64_t> tids) {
        ThreadCopyBounds bounds;
        if (stacks_.brief) {
            bounds.stop = brief_stop;
            bounds.option = {};
        }
        auto copier = ThreadCopier::of(process_, bounds);
        if (!copier) return tl::make_unexpected(copier.error());
        for (const std::uint64_t tid : tids) {
            auto copy = copier->copy(static_cast<pid_t>(tid));
            if (!copy) {
                stacks_.failed.push_back({tid, copy.error().what});
                refused_ = std::move(copy.error());
                continue;
            }
            held_ += copy->bytes.size();
            copies_.push_back(std::move(*copy));
            if (held_ < most_copied_bytes && copies_.size() < most_copies) continue;
            if (auto unwound = unwind_copies(); !unwound) return tl::make_unexpected(unwound.error());
        }
        if (auto unwound = unwind_copies(); !unwound) return tl::make_unexpected(unwound.error());
        if (stacks_.stacks.empty() && refused_) return tl::make_unexpected(std::move(*refused_));
        return std::move(stacks_);
    }

  private:
    Expected<void> unwind_copies() {
        if (copies_.empty()) return {};
        auto unwound = unwind_in_child(process_, maps_, copies_);
        if (!unwound) return tl::make_unexpected(unwound.error());
        for (NativeStack& stack : unwound->stacks) {
            if (!names_.take(stack))
                return failure("the native stacks", "could not be unwound: the result is not a stack");
            stacks_.stacks.push_back(std::move(stack));
        }
        stacks_.java_missing = std::move(unwound->java_missing);
        copies_.clear();
        held_ = 0;
        return {};
    }

    const ProcessFiles& process_;
    std::string_view maps_;
    std::vector<MappedFile> code_;
    FrameNames names_;
    NativeStacks stacks_;
    std::vector<ThreadCopy> copies_;
    std::size_t held_ = 0;
    std::optional<Error> refused_;
};

}  // namespace

Expected<std::string> read_native_stacks(const ProcessFiles& process, std::span<const std::uint64_t> tids,
                                         bool brief) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    auto stacks = StackReader(process, *maps, brief).read(tids);
    if (!stacks) return tl::make_unexpected(stacks.error());
    return format_native_stacks(*stacks);
}

}  // namespace nmtx
