// Reads the memory of another process one piece ahead of whoever works on it: two buffers, a thread that
// fills one while the other is in use.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/address.h"

namespace nmtx {

class ReadAhead {
  public:
    explicit ReadAhead(pid_t pid) : pid_(pid) {}
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // What was read ahead from `at` on, when it is there; nothing where that place was not asked for. Valid,
    // as what now() gives, until the next call of either.
    std::span<const std::byte> take(Address at);
    // Reads at once. Short where a page cannot be read.
    std::span<const std::byte> now(Range range);
    // Begins to read. What was begun before and not taken is dropped.
    void begin(Range range);

  private:
    struct Piece {
        Range wanted;
        std::vector<std::byte> bytes;
        std::atomic<std::size_t> next_block = 0;
        std::vector<std::size_t> held;  // of each block

        void want(Range range);
        // What was read of it in one piece from its start on.
        [[nodiscard]] std::size_t whole() const;
    };
    void read_blocks(Piece& piece) const;
    void work();
    void wait();

    pid_t pid_;
    std::array<Piece, 2> pieces_;
    std::size_t used_ = 0;  // the piece that the caller looks at; the other is read ahead
    std::mutex mutex_;
    std::condition_variable changed_;
    bool reading_ = false;  // the thread has the other piece
    bool ending_ = false;
    std::thread thread_;  // from the first begin() on
};

}  // namespace nmtx
