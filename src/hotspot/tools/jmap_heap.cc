// Heap Configuration:
//    MaxHeapSize              = 67108864 (64.0MB)
//    MaxMetaspaceSize         = 17592186044415 MB
// Heap Usage:
// PS Young Generation
// Eden Space:
//    capacity = 20971520 (20.0MB)
//    used     = 19266544 (18.374008178710938MB)
#include "hotspot/tools/jmap_heap.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {
namespace {

using std::string_view;

struct Setting {
    string_view name;
    std::uint64_t bytes;
    bool unlimited;  // printed in MB, since 2^64 - 1 fits no other way
};

// "MaxHeapSize              = 67108864 (64.0MB)"
std::optional<Setting> setting_of(string_view line) {
    const std::size_t equals = line.find(" = ");
    if (equals == string_view::npos) return std::nullopt;
    Cursor cursor(line.substr(equals + 3));
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    const string_view name = trim(line.substr(0, equals));
    if (name.find(' ') != string_view::npos) return std::nullopt;
    return Setting{name, *number, cursor.rest() == " MB"};
}

bool is_collector(string_view line) {
    return line.find("GC") != string_view::npos && line.find('=') == string_view::npos;
}

// What holds others: their sum is not counted again.
bool is_outer(string_view name) {
    return name.starts_with("New Generation") || name == "G1 Young Generation" ||
           name == "G1 Old Generation" || name == "PS Young Generation";
}

// A line of the usage that is a space's name: "Eden Space:", "PS Old Generation".
bool is_space_name(string_view line) {
    constexpr std::array ends{string_view{"Space"}, string_view{"Generation"}, string_view{"generation"},
                              string_view{"Heap"}, string_view{"Space)"}};
    if (line.ends_with(':')) line.remove_suffix(1);
    return std::ranges::any_of(ends, [&](string_view end) { return line.ends_with(end); });
}

}  // namespace

std::optional<Bytes> JmapHeap::sum(std::optional<Bytes> JmapSpace::* figure) const {
    const auto whole = std::ranges::find(spaces, string_view{"G1 Heap"}, &JmapSpace::name);
    if (whole != spaces.end()) return (*whole).*figure;
    std::optional<Bytes> sum;
    for (const JmapSpace& space : spaces) {
        const bool permanent = space.name.find("Perm") != string_view::npos;
        if (space.*figure && !permanent && !is_outer(space.name))
            sum = sum.value_or(Bytes()) + *(space.*figure);
    }
    return sum;
}

Expected<JmapHeap> parse_jmap_heap(string_view text, string_view document) {
    JmapHeap heap;
    bool any = false;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (const auto setting = setting_of(line)) {
            const auto bytes = setting->unlimited ? std::nullopt : std::optional(Bytes(setting->bytes));
            any = true;
            if (setting->name == "MaxHeapSize") {
                heap.max_heap = bytes;
            } else if (setting->name == "MaxMetaspaceSize") {
                heap.max_metaspace = bytes;
            } else if (setting->name == "CompressedClassSpaceSize") {
                heap.class_space = bytes;
            } else if (!heap.spaces.empty() && setting->name == "capacity") {
                heap.spaces.back().capacity = bytes;
            } else if (!heap.spaces.empty() && setting->name == "used") {
                heap.spaces.back().used = bytes;
            }
        } else if (is_space_name(line)) {
            string_view name = line;
            if (name.ends_with(':')) name.remove_suffix(1);
            constexpr std::size_t most = 100;
            if (heap.spaces.size() < most) heap.spaces.emplace_back().name = name;
        } else if (heap.collector.empty() && is_collector(line)) {
            heap.collector = line;
        }
    }
    if (!any)
        return failure(std::string(document) + ":1",
                       "expected \"MaxHeapSize = 67108864 (64.0MB)\" and its like");
    return heap;
}

}  // namespace nmtx
