#include "documents/native_stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <unordered_map>

#include "base/cursor.h"
#include "base/json_fields.h"

namespace nmtx {
namespace {

using nlohmann::ordered_json;

constexpr int known_format = 3;
constexpr int deepest = 6;
constexpr std::size_t most_text = std::size_t{64} << 20U;

constexpr std::array end_names{std::pair{StackEnd::bottom, std::string_view("bottom")},
                               std::pair{StackEnd::no_file, std::string_view("no file")},
                               std::pair{StackEnd::not_told, std::string_view("not told")},
                               std::pair{StackEnd::cut, std::string_view("cut")},
                               std::pair{StackEnd::too_deep, std::string_view("too deep")},
                               std::pair{StackEnd::heap, std::string_view("heap")}};

constexpr std::array kind_names{std::pair{FrameKind::native, std::string_view("native")},
                                std::pair{FrameKind::interpreted, std::string_view("interpreted")},
                                std::pair{FrameKind::compiled, std::string_view("compiled")},
                                std::pair{FrameKind::inlined, std::string_view("inlined")},
                                std::pair{FrameKind::native_method, std::string_view("native method")},
                                std::pair{FrameKind::stub, std::string_view("stub")},
                                std::pair{FrameKind::gap, std::string_view("gap")}};

std::string hex(std::uint64_t value) {
    return fmt::format("{:x}", value);
}

ordered_json other_frame_json(const NativeFrame& frame) {
    ordered_json out = {{"at", hex(frame.at.value)}, {"kind", name_of(frame.kind)}};
    if (!frame.symbol.empty()) out["name"] = text_json(frame.symbol);
    if (!frame.file.empty()) out["source"] = text_json(frame.file);
    if (frame.line > 0) out["line"] = frame.line;
    if (frame.bci >= 0) out["bci"] = frame.bci;
    if (frame.about) out["about"] = true;
    return out;
}

ordered_json frame_json(const NativeFrame& frame) {
    if (frame.kind != FrameKind::native) return other_frame_json(frame);
    ordered_json out = {{"at", hex(frame.at.value)},
                        {"file", text_json(frame.file)},
                        {"file_offset", hex(frame.file_offset)}};
    if (!frame.symbol.empty()) {
        out["symbol"] = text_json(frame.symbol);
        out["offset"] = frame.offset;
    }
    return out;
}

struct NativeFrameHash {
    std::size_t operator()(const NativeFrame& frame) const {
        return std::hash<std::uint64_t>()(frame.at.value) * 31 + static_cast<std::size_t>(frame.kind) +
               static_cast<std::size_t>(frame.bci) * 131 + std::hash<std::string>()(frame.symbol);
    }
};

struct SameNativeFrame {
    bool operator()(const NativeFrame& a, const NativeFrame& b) const {
        return std::tie(a.at.value, a.kind, a.line, a.bci, a.file_offset, a.offset, a.about, a.symbol,
                        a.file) == std::tie(b.at.value, b.kind, b.line, b.bci, b.file_offset, b.offset,
                                            b.about, b.symbol, b.file);
    }
};

// Frames that threads have in common are written once: most threads wait in the same few places.
class FrameTable {
  public:
    std::size_t index_of(const NativeFrame& frame) {
        const auto [known, added] = indices_.try_emplace(frame, frames_.size());
        if (added) frames_.push_back(frame_json(frame));
        return known->second;
    }
    ordered_json take() { return std::move(frames_); }

  private:
    std::unordered_map<NativeFrame, std::size_t, NativeFrameHash, SameNativeFrame> indices_;
    ordered_json frames_ = ordered_json::array();
};

ordered_json stack_json(const NativeStack& stack, FrameTable& frames) {
    ordered_json out = {{"tid", stack.tid},
                        {"stopped_ms", finite(stack.stopped_ms)},
                        {"stack_pointer", hex(stack.stack_pointer.value)},
                        {"end", name_of(stack.end)}};
    if (stack.end == StackEnd::no_file) out["next"] = hex(stack.next.value);
    std::string list;
    for (const NativeFrame& frame : stack.frames)
        fmt::format_to(std::back_inserter(list), "{}{}", list.empty() ? "" : " ", frames.index_of(frame));
    out["frames"] = std::move(list);
    return out;
}

void read_frame(JsonFields& one, NativeFrame& frame) {
    one.read_hex("at", frame.at.value);
    std::string kind(name_of(FrameKind::native));
    one.read("kind", kind);
    const auto* const of_kind = std::find_if(kind_names.begin(), kind_names.end(),
                                             [&](const auto& name) { return name.second == kind; });
    if (of_kind == kind_names.end()) return one.complain("kind: no kind of frame");
    frame.kind = of_kind->first;
    if (frame.kind != FrameKind::native) {
        one.read("name", frame.symbol);
        one.read("source", frame.file);
        one.read_whole("line", frame.line);
        one.read_whole("bci", frame.bci);
        one.read("about", frame.about);
        return;
    }
    one.read("file", frame.file);
    one.read_hex("file_offset", frame.file_offset);
    one.read("symbol", frame.symbol);
    one.read_whole("offset", frame.offset);
}

// "0 4 17": their places in the table.
void read_frame_list(JsonFields& fields, const std::vector<NativeFrame>& table, NativeStack& stack) {
    std::string list;
    fields.read("frames", list);
    Cursor cursor(list);
    while (!cursor.at_end() && !fields.wrong()) {
        const auto index = cursor.decimal();
        if (!index || *index >= table.size()) return fields.complain("frames: not in the list of frames");
        if (stack.frames.size() == most_stack_frames) return fields.complain("frames: too many");
        stack.frames.push_back(table[*index]);
        cursor.skip_blanks();
    }
}

void read_stack(JsonFields& fields, const std::vector<NativeFrame>* table, NativeStack& stack) {
    fields.read_whole("tid", stack.tid);
    fields.read("stopped_ms", stack.stopped_ms);
    std::string end;
    fields.read("end", end);
    const auto* const named = std::find_if(end_names.begin(), end_names.end(),
                                           [&](const auto& name) { return name.second == end; });
    if (named == end_names.end()) return fields.complain("end: no way for a stack to end");
    stack.end = named->first;
    fields.read_hex("stack_pointer", stack.stack_pointer.value);
    fields.read_hex("next", stack.next.value);
    if (table != nullptr) return read_frame_list(fields, *table, stack);
    fields.read_list("frames", [&](JsonFields& one) { read_frame(one, stack.frames.emplace_back()); });
}

}  // namespace

std::string_view name_of(StackEnd end) {
    for (const auto& [known, name] : end_names) {
        if (known == end) return name;
    }
    return {};
}

std::string_view name_of(FrameKind kind) {
    for (const auto& [known, name] : kind_names) {
        if (known == kind) return name;
    }
    return {};
}

bool NativeStack::has_java() const {
    return std::any_of(frames.begin(), frames.end(), [](const NativeFrame& f) { return is_java(f.kind); });
}

const NativeStack* NativeStacks::find(std::uint64_t tid) const {
    const auto found = std::find_if(stacks.begin(), stacks.end(),
                                    [tid](const NativeStack& stack) { return stack.tid == tid; });
    return found == stacks.end() ? nullptr : &*found;
}

std::string format_native_stacks(const NativeStacks& stacks) {
    ordered_json out = {{"format", known_format}};
    FrameTable frames;
    ordered_json list = ordered_json::array();
    for (const NativeStack& stack : stacks.stacks) list.push_back(stack_json(stack, frames));
    out["frames"] = frames.take();
    out["stacks"] = std::move(list);
    out["failed"] = ordered_json::array();
    for (const NativeStackFailure& failure : stacks.failed)
        out["failed"].push_back({{"tid", failure.tid}, {"why", text_json(failure.why)}});
    if (!stacks.java_missing.empty()) out["java_missing"] = text_json(stacks.java_missing);
    if (stacks.brief) out["brief"] = true;
    return out.dump(1) + "\n";
}

Expected<NativeStacks> parse_native_stacks(std::string_view text, std::string_view document) {
    if (text.size() > most_text)
        return failure(std::string(document), fmt::format("has more than {} bytes", most_text));
    const auto parsed = parse_json(text, document, deepest);
    if (!parsed) return tl::make_unexpected(parsed.error());
    JsonFields fields(*parsed, {});
    int format = 0;
    fields.read_whole("format", format);
    if (!fields.wrong() && (format < 1 || format > known_format))
        return failure(std::string(document),
                       fmt::format("has format {}; this nmtx reads up to {}", format, known_format),
                       "use the nmtx that wrote it, or a newer one");
    NativeStacks stacks;
    // Up to format 2 each stack has its frames itself.
    std::vector<NativeFrame> table;
    if (format >= 3)
        fields.read_list("frames", [&](JsonFields& one) { read_frame(one, table.emplace_back()); });
    fields.read_list("stacks", [&](JsonFields& one) {
        read_stack(one, format >= 3 ? &table : nullptr, stacks.stacks.emplace_back());
    });
    fields.read_list("failed", [&](JsonFields& one) {
        NativeStackFailure& failure = stacks.failed.emplace_back();
        one.read_whole("tid", failure.tid);
        one.read("why", failure.why);
    });
    fields.read("java_missing", stacks.java_missing);
    fields.read("brief", stacks.brief);
    if (fields.wrong()) return failure(std::string(document), *fields.wrong());
    return stacks;
}

std::vector<std::uint64_t> threads_to_stop(const std::vector<Task>* before, const std::vector<Task>& now,
                                           const NativeStackChoice& choice) {
    std::unordered_map<std::uint64_t, const Task*> earlier;
    if (before != nullptr) {
        for (const Task& task : *before) earlier.emplace(task.tid, &task);
    }
    std::vector<std::pair<double, std::uint64_t>> by_time;
    for (const Task& task : now) {
        const auto found = earlier.find(task.tid);
        const bool same = found != earlier.end() && found->second->start_ticks == task.start_ticks;
        const double seconds = task.cpu_seconds() - (same ? found->second->cpu_seconds() : 0);
        if (seconds > 0 || choice.all) by_time.emplace_back(seconds, task.tid);
    }
    std::sort(by_time.begin(), by_time.end(), [](const auto& a, const auto& b) {
        return a.first > b.first || (a.first == b.first && a.second < b.second);
    });
    std::vector<std::uint64_t> tids = choice.tids;
    const std::vector<std::uint64_t> named = tids;
    const std::size_t most = choice.all ? by_time.size() : std::min(choice.busiest, by_time.size());
    for (std::size_t i = 0; i < most; ++i) {
        if (std::find(named.begin(), named.end(), by_time[i].second) == named.end())
            tids.push_back(by_time[i].second);
    }
    return tids;
}

}  // namespace nmtx
