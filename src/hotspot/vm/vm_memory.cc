#include "hotspot/vm/vm_memory.h"

#include <algorithm>

namespace nmtx {

const std::vector<std::byte>& VmMemory::page(std::uint64_t number) {
    if (const auto known = pages_.find(number); known != pages_.end()) return known->second;
    if (pages_.size() >= most_pages_) pages_.clear();
    std::vector<std::byte>& bytes = pages_[number];
    bytes.resize(page_bytes);
    bytes.resize(memory_.read(Address{number * page_bytes}, bytes));
    return bytes;
}

bool VmMemory::read(Address at, std::span<std::byte> into) {
    while (!into.empty()) {
        const std::vector<std::byte>& bytes = page(at.value / page_bytes);
        const std::uint64_t from = at.value % page_bytes;
        if (from >= bytes.size()) return false;
        const std::size_t now = std::min<std::size_t>(bytes.size() - from, into.size());
        std::memcpy(into.data(), bytes.data() + from, now);
        into = into.subspan(now);
        if (!into.empty() && from + now != page_bytes) return false;
        at = Address{at.value + now};
    }
    return true;
}

std::optional<Address> VmMemory::pointer(Address at) {
    const auto value = read<std::uint64_t>(at);
    if (!value || *value == 0) return std::nullopt;
    return Address{*value};
}

std::optional<std::string> VmMemory::text(Address at, std::size_t most) {
    std::string text;
    while (text.size() < most) {
        const std::vector<std::byte>& bytes = page(at.value / page_bytes);
        const std::uint64_t from = at.value % page_bytes;
        if (from >= bytes.size()) return std::nullopt;
        const std::size_t now = std::min<std::size_t>(bytes.size() - from, most - text.size());
        const auto* const begin = reinterpret_cast<const char*>(bytes.data() + from);
        const auto* const end = std::find(begin, begin + now, '\0');
        text.append(begin, end);
        if (end != begin + now) return text;
        at = at + Bytes(now);
    }
    return std::nullopt;
}

}  // namespace nmtx
