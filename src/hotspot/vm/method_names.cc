#include "hotspot/vm/method_names.h"

#include <algorithm>

#include "base/paths.h"
#include "hotspot/threads/modified_utf8.h"

namespace nmtx {
namespace {

constexpr std::uint64_t most_pool_entries = 65536;
constexpr std::size_t longest_symbol = 65535;
constexpr std::size_t most_lines = 65536;
constexpr std::size_t most_methods = 65536;
constexpr std::uint64_t word_bytes = 8;

// "a/B$$Lambda+0x00007f" is shown as "a.B$$Lambda/0x00007f", as HotSpot does (Klass::external_name).
std::string class_name(std::string name) {
    const std::size_t hidden = name.rfind("+0x");
    std::replace(name.begin(), name.end(), '/', '.');
    if (hidden != std::string::npos) name[hidden] = '/';
    return name;
}

}  // namespace

std::optional<std::string> MethodNames::symbol(Address at) {
    if (at.value % word_bytes != 0) return std::nullopt;
    const auto length = read_part(memory_, at, layout_.method.symbol_length);
    if (!length || *length == 0 || *length > longest_symbol) return std::nullopt;
    std::string text(*length, '\0');
    if (!memory_.read(at + Bytes(layout_.method.symbol_body), std::as_writable_bytes(std::span(text))))
        return std::nullopt;
    // Java has its own way to write zeros and characters beyond 16 bits.
    if (text.find('\0') != std::string::npos) return std::nullopt;
    return utf8_of_modified(text);
}

std::optional<std::string> MethodNames::pool_symbol(Address pool, std::uint64_t index) {
    const auto length = read_part(memory_, pool, layout_.method.pool_length);
    if (!length || *length > most_pool_entries || index == 0 || index >= *length) return std::nullopt;
    const auto at = memory_.pointer(pool + Bytes(layout_.method.pool_bytes + index * word_bytes));
    return at ? symbol(*at) : std::nullopt;
}

std::optional<MethodName> MethodNames::read(Address method) {
    const MethodLayout& layout = layout_.method;
    if (method.value % word_bytes != 0) return std::nullopt;
    const auto code = read_pointer(memory_, method, layout.const_method);
    if (!code || code->value % word_bytes != 0) return std::nullopt;
    const auto pool = read_pointer(memory_, *code, layout.constants);
    const auto size = read_part(memory_, *code, layout.code_size),
               flags = read_part(memory_, *code, layout.flags),
               name_index = read_part(memory_, *code, layout.name_index);
    if (!pool || !size || !flags || !name_index) return std::nullopt;
    const auto holder = read_pointer(memory_, *pool, layout.pool_holder);
    const auto klass_name = holder ? read_pointer(memory_, *holder, layout.klass_name) : std::nullopt;
    const auto klass = klass_name ? symbol(*klass_name) : std::nullopt;
    const auto name = pool_symbol(*pool, *name_index);
    if (!klass || !name) return std::nullopt;
    MethodName found;
    found.name = class_name(*klass) + "." + *name;
    const auto source = layout.source_in_pool    ? read_part(memory_, *pool, *layout.source_in_pool)
                        : layout.source_in_klass ? read_part(memory_, *holder, *layout.source_in_klass)
                                                 : std::nullopt;
    if (source && *source != 0) found.source = pool_symbol(*pool, *source).value_or("");
    const Address begin = *code + Bytes(layout.const_method_bytes);
    found.bytecodes = {begin, begin + Bytes(*size)};
    found.has_lines = (*flags & layout.has_line_numbers) != 0;
    return found;
}

const MethodName* MethodNames::find(Address method) {
    auto known = known_.find(method.value);
    if (known == known_.end()) {
        if (known_.size() >= most_methods) return nullptr;
        known = known_.emplace(method.value, read(method)).first;
    }
    return known->second ? &*known->second : nullptr;
}

// Pairs of (bci, line), each as the distance from the one before: a byte of 5 and 3 bits, 255 where they do
// not fit, 0 at the end. Source: HotSpot src/hotspot/share/code/compressedStream.hpp, oops/method.hpp
// (CompressedLineNumberReadStream). As HotSpot does, the pair with the greatest bci at or before the wanted
// one counts; compilers do not write them in order.
int MethodNames::line_of(const MethodName& method, int bci) {
    if (!method.has_lines) return 0;
    bci = std::max(bci, 0);  // the entry of a method is on the line of its first instruction
    CompressedNumbers table(memory_, method.bytecodes.end, layout_.excluded_bytes);
    std::int64_t at = 0, line = 0, best_at = -1, best = 0;
    for (std::size_t i = 0; i < most_lines; ++i) {
        const auto next = table.byte();
        if (!next || *next == 0) break;
        if (*next == 255) {
            const auto more_at = table.next_signed(), more_lines = table.next_signed();
            if (!more_at || !more_lines) break;
            at += *more_at;
            line += *more_lines;
        } else {
            at += *next >> 3U;
            line += *next & 7U;
        }
        if (at == bci) return static_cast<int>(std::clamp<std::int64_t>(line, 0, 65535));
        if (at < bci && at >= best_at) {
            best_at = at;
            best = line;
        }
    }
    return static_cast<int>(std::clamp<std::int64_t>(best, 0, 65535));
}

}  // namespace nmtx
