// Work that may take long, or never come back, beside a loop that must go on: reading a process whose kernel
// lock somebody holds, waiting for a JVM that is silent.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace nmtx {

class BackgroundWork {
  public:
    // Runs in a thread of the pool, and gives what is to be done with the result: that runs in the loop's
    // thread.
    using Done = std::function<void()>;
    using Work = std::function<Done()>;

    // At most so many threads. They begin with the signals that are blocked in the threads that call submit()
    // and look().
    explicit BackgroundWork(unsigned most_threads);
    BackgroundWork(const BackgroundWork&) = delete;
    BackgroundWork& operator=(const BackgroundWork&) = delete;
    // Hardly waits: threads that are busy run on, and what they find is dropped. See end().
    ~BackgroundWork();

    // In the order in which it is submitted.
    void submit(Work work);
    // Readable where something is done.
    [[nodiscard]] int descriptor() const;
    // Runs what is to be done with the results so far, and adds a thread where work has been waiting since
    // the last call for one to become free. So a few threads do while all work is quick, and what is stuck
    // keeps only itself waiting.
    void look();
    // Takes no more work, and waits for the threads. False where one was still busy after so long: it must
    // not outlive what it uses, so end the process then by _exit().
    bool end(std::chrono::milliseconds patience);

  private:
    struct Shared;
    void add_thread();
    std::shared_ptr<Shared> shared_;
    unsigned most_threads_;
};

}  // namespace nmtx
