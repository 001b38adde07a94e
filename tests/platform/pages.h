// Pages of memory of which a child writes some.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/address.h"
#include "platform/child.h"

namespace nmtx::test {

inline const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

// Made in the test itself, so that the child has them at the same address; the child writes to have them as
// its own.
class Pages {
  public:
    explicit Pages(std::size_t count) : bytes_(count * page_bytes) {
        begin_ = static_cast<char*>(
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        ::madvise(begin_, bytes_, MADV_NOHUGEPAGE);
    }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages() { ::munmap(begin_, bytes_); }
    [[nodiscard]] char* at(std::size_t n) const { return begin_ + n * page_bytes; }
    void touch(std::size_t n, char value) const { std::memset(at(n), value, page_bytes); }
    [[nodiscard]] Range pages(std::size_t from, std::size_t to) const {
        const auto address = reinterpret_cast<std::uint64_t>(begin_);
        return range_of(address + from * page_bytes, address + to * page_bytes);
    }

  private:
    std::size_t bytes_;
    char* begin_;
};

// By walking the page tables: the counters of statm run behind.
inline std::string rss_line(std::uint64_t pid) {
    const std::string rollup = read_text("/proc/" + std::to_string(pid) + "/smaps_rollup");
    const std::size_t at = rollup.find("\nRss:");
    return rollup.substr(at + 1, rollup.find('\n', at + 1) - at);
}

}  // namespace nmtx::test
