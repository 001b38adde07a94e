// Reads the memory of another process one block ahead of its consumer: two buffers, and a thread that fills
// one while the other is in use.
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

    // Waits for the block that was read ahead from `at` on; nothing where that was not requested. Valid,
    // like the result of now(), until the next call of either.
    std::span<const std::byte> take(Address at);
    // Reads immediately. Short where a page cannot be read.
    std::span<const std::byte> now(Range range);
    // Begins to read ahead. An earlier block that was not taken is dropped.
    void begin(Range range);

  private:
    struct Piece {
        Range wanted;
        std::vector<std::byte> bytes;
        std::atomic<std::size_t> next_block = 0;
        std::vector<std::size_t> held;  // of each block

        void want(Range range);
        // The part that was read without a gap from its start on.
        [[nodiscard]] std::size_t whole() const;
    };
    void read_blocks(Piece& piece) const;
    void work();
    void wait();

    pid_t pid_;
    std::array<Piece, 2> pieces_;
    std::size_t used_ = 0;  // the block in use; the other one is read ahead
    std::mutex mutex_;
    std::condition_variable changed_;
    bool reading_ = false;  // the thread fills the other block
    bool ending_ = false;
    std::thread thread_;  // from the first begin() on
};

}  // namespace nmtx
