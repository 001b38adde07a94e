#include "platform/profile/unwound_batch.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "platform/profile/batch_text.h"

namespace nmtx {
namespace {

constexpr std::uint32_t batch_magic = 0x31427854;
constexpr std::size_t most_frames = std::size_t{1} << 22U;
constexpr int greatest_line = 65535;

struct FrameHash {
    std::size_t operator()(const UnwoundBatch::Frame& frame) const {
        return std::hash<std::string>()(frame.name) + frame.at.value * 31 +
               static_cast<std::size_t>(frame.kind) * 7 + static_cast<std::size_t>(frame.line) * 131;
    }
};

UnwoundBatch::Frame frame_of(const NativeFrame& frame, bool innermost) {
    UnwoundBatch::Frame out;
    out.kind = frame.kind;
    if (frame.kind == FrameKind::native) {
        out.exact = innermost;
        out.at = frame.at;
    } else if (frame.kind != FrameKind::gap) {
        out.name = frame.symbol;
        out.source = frame.file;
        // Where the compiler has left no note, the line is that of a neighbour.
        if (!frame.about) out.line = std::clamp(frame.line, 0, greatest_line);
    }
    return out;
}

void read_frames(BatchReader& in, UnwoundBatch& batch) {
    const std::size_t frames = in.count();
    for (std::size_t i = 0; i < frames && !in.bad(); ++i) {
        UnwoundBatch::Frame frame;
        frame.kind = static_cast<FrameKind>(in.number(static_cast<std::uint8_t>(FrameKind::gap)));
        frame.exact = in.number(std::uint8_t{1}) != 0;
        frame.line = static_cast<int>(in.number(static_cast<std::uint32_t>(greatest_line)));
        frame.at = Address{in.number<std::uint64_t>()};
        frame.name = in.text();
        frame.source = in.text();
        batch.frames.push_back(std::move(frame));
    }
}

void read_stacks(BatchReader& in, UnwoundBatch& batch, std::size_t wanted) {
    if (in.number<std::uint32_t>() != wanted) in.refuse();
    for (std::size_t i = 0; i < wanted && !in.bad(); ++i) {
        UnwoundBatch::Stack stack;
        stack.end = static_cast<StackEnd>(in.number(static_cast<std::uint8_t>(StackEnd::heap)));
        const std::size_t frames = in.number(static_cast<std::uint32_t>(most_stack_frames + 2));
        for (std::size_t f = 0; f < frames && !in.bad(); ++f) {
            const auto frame = in.number<std::uint32_t>();
            if (frame >= batch.frames.size()) in.refuse();
            stack.frames.push_back(frame);
        }
        batch.stacks.push_back(std::move(stack));
    }
}

}  // namespace

UnwoundBatch batch_of(const NativeStacks& stacks) {
    UnwoundBatch batch;
    batch.java_missing = stacks.java_missing;
    std::unordered_map<UnwoundBatch::Frame, std::uint32_t, FrameHash> known;
    batch.stacks.reserve(stacks.stacks.size());
    for (const NativeStack& stack : stacks.stacks) {
        UnwoundBatch::Stack& out = batch.stacks.emplace_back();
        out.end = stack.end;
        out.frames.reserve(stack.frames.size());
        for (std::size_t i = 0; i < std::min(stack.frames.size(), most_stack_frames + 2); ++i) {
            const auto [at, added] = known.try_emplace(frame_of(stack.frames[i], i == 0),
                                                       static_cast<std::uint32_t>(batch.frames.size()));
            if (added) batch.frames.push_back(at->first);
            out.frames.push_back(at->second);
        }
    }
    return batch;
}

std::string format_batch(const UnwoundBatch& batch) {
    BatchWriter out;
    out.number(batch_magic);
    out.text(batch.java_missing);
    out.number(static_cast<std::uint32_t>(batch.frames.size()));
    for (const UnwoundBatch::Frame& frame : batch.frames) {
        out.number(static_cast<std::uint8_t>(frame.kind));
        out.number(static_cast<std::uint8_t>(frame.exact ? 1 : 0));
        out.number(static_cast<std::uint32_t>(frame.line));
        out.number(frame.at.value);
        out.text(frame.name);
        out.text(frame.source);
    }
    out.number(static_cast<std::uint32_t>(batch.stacks.size()));
    for (const UnwoundBatch::Stack& stack : batch.stacks) {
        out.number(static_cast<std::uint8_t>(stack.end));
        out.number(static_cast<std::uint32_t>(stack.frames.size()));
        for (const std::uint32_t frame : stack.frames) out.number(frame);
    }
    return out.take();
}

Expected<UnwoundBatch> parse_batch(std::string_view text, std::size_t stacks) {
    BatchReader in(text);
    UnwoundBatch batch;
    if (in.number<std::uint32_t>() != batch_magic) in.refuse();
    batch.java_missing = in.text();
    read_frames(in, batch);
    read_stacks(in, batch, stacks);
    if (in.bad() || !in.at_end() || batch.frames.size() > most_frames)
        return failure("the stacks", "could not be unwound: the result is not a list of stacks");
    return batch;
}

}  // namespace nmtx
