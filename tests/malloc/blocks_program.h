// The program fixtures/targets/blocks.c, run with a chosen glibc, and what it says of its own heap.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx::test {

// A glibc to run with: this machine's, or that of a chroot.
struct Glibc {
    std::string name;  // "host", "2.31", "sid"
    std::string chroot;
};
// The one that NMTX_GLIBC_UNDER_TEST names; throws where NMTX_GLIBCS does not have it: a test that finds no
// glibc has failed.
Glibc glibc_under_test();

// One configuration of the program.
struct BlocksSetup {
    std::string name;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  // NAME=VALUE
};

// A live block as the program has it.
struct KnownBlock {
    std::uint64_t at = 0;      // what malloc gave
    std::uint64_t usable = 0;  // malloc_usable_size
    std::uint64_t requested = 0;
    unsigned thread = 0;
};

// One arena as malloc_info has it. `rest` are the chunks in bins, each counted with one byte too many (its
// flag PREV_INUSE), and the top chunk.
struct KnownArena {
    std::uint64_t system = 0;
    std::uint64_t fast_count = 0, fast_bytes = 0;
    std::uint64_t rest_count = 0, rest_bytes = 0;
    friend auto operator<=>(const KnownArena&, const KnownArena&) = default;
};

struct KnownHeap {
    std::vector<KnownBlock> blocks;  // ascending
    std::vector<KnownArena> arenas;  // in malloc's own order, the main arena first
    std::uint64_t mmapped_count = 0, mmapped_bytes = 0;
};

// From the file that the program wrote; throws where a line is not understood.
KnownHeap read_known_heap(const std::string& file);

// Runs until destroyed or ended. Throws where it does not come up.
class BlocksProgram {
  public:
    BlocksProgram(const Glibc& glibc, const BlocksSetup& setup, bool with_truth = true);
    ~BlocksProgram();
    BlocksProgram(const BlocksProgram&) = delete;
    BlocksProgram& operator=(const BlocksProgram&) = delete;

    [[nodiscard]] std::uint64_t pid() const { return static_cast<std::uint64_t>(pid_); }
    [[nodiscard]] const KnownHeap& known() const { return known_; }
    // Until resume() no thread of it runs; returns once all have stopped.
    void stop() const;
    void resume() const;
    // Ends its input; gives its exit code, -1 where it does not end within 20 s.
    int end();

  private:
    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    KnownHeap known_;
};

}  // namespace nmtx::test
