// Work that may take long, or never return, next to a loop that must continue: reading a process whose
// kernel lock is held, waiting for a JVM that does not answer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace nmtx {

class BackgroundWork {
  public:
    // Runs in a thread of the pool, and returns a function that handles the result in the loop's thread.
    using Done = std::function<void()>;
    using Work = std::function<Done()>;

    // At most this many threads. They inherit the blocked signals of the threads that call submit() and
    // look().
    explicit BackgroundWork(unsigned most_threads);
    BackgroundWork(const BackgroundWork&) = delete;
    BackgroundWork& operator=(const BackgroundWork&) = delete;
    // Does not wait for busy threads: they run on, and their results are dropped. See end().
    ~BackgroundWork();

    // Work is started in the order of submission.
    void submit(Work work);
    // Readable when a result is ready.
    [[nodiscard]] int descriptor() const;
    // Handles the results so far, and adds a thread if work has been waiting for a free one since the last
    // call. So few threads suffice while all work is quick, and stuck work delays only itself.
    void look();
    // Takes no more work, and waits for the threads. False if one was still busy at the end of that time: it
    // must not outlive what it uses, so end the process with _exit() then.
    bool end(std::chrono::milliseconds patience);

  private:
    struct Shared;
    void add_thread();
    std::shared_ptr<Shared> shared_;
    unsigned most_threads_;
};

}  // namespace nmtx
