// The memory of a HotSpot JVM in whole pages, each read once, because code that many threads run is looked
// up many times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/target_memory.h"

namespace nmtx {

// All reads may fail: a page that is not resident, an invalid address. A page stays as it was first read;
// clear() drops all.
class VmMemory {
  public:
    // Keeps at most so many pages of 4 KiB.
    explicit VmMemory(TargetMemory& memory, std::size_t most_pages = 16384)
        : memory_(memory), most_pages_(most_pages) {}

    bool read(Address at, std::span<std::byte> into);
    template <typename T>
    std::optional<T> read(Address at) {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        if (!read(at, std::as_writable_bytes(std::span(&value, 1)))) return std::nullopt;
        return value;
    }
    // A word read as an address; nothing where it is null.
    std::optional<Address> pointer(Address at);
    // A string up to its zero byte; nothing where there is none within `most` bytes.
    std::optional<std::string> text(Address at, std::size_t most);
    void clear() { pages_.clear(); }

  private:
    static constexpr std::uint64_t page_bytes = 4096;
    const std::vector<std::byte>& page(std::uint64_t number);

    TargetMemory& memory_;
    std::size_t most_pages_;
    std::unordered_map<std::uint64_t, std::vector<std::byte>> pages_;  // as far as they could be read
};

}  // namespace nmtx
