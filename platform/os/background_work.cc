#include "platform/os/background_work.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "platform/os/descriptor.h"

namespace nmtx {
namespace {

constexpr std::chrono::milliseconds may_wait{100};
constexpr unsigned first_threads = 2;

using std::chrono::steady_clock;

}  // namespace

// Owned by the threads, too, since they may outlive the pool.
struct BackgroundWork::Shared {
    struct Waiting {
        Work work;
        steady_clock::time_point since;
    };
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Waiting> waiting;
    std::deque<Done> done;
    unsigned threads = 0;
    unsigned busy = 0;
    bool ending = false;
    Descriptor ready{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

    void work() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return ending || !waiting.empty(); });
            if (ending) break;
            const Work work = std::move(waiting.front().work);
            waiting.pop_front();
            ++busy;
            lock.unlock();
            Done result = work();
            lock.lock();
            --busy;
            if (result) done.push_back(std::move(result));
            const std::uint64_t one = 1;
            if (::write(ready.get(), &one, sizeof one) < 0) break;
        }
        --threads;
        changed.notify_all();
    }
};

BackgroundWork::BackgroundWork(unsigned most_threads)
    : shared_(std::make_shared<Shared>()), most_threads_(std::max(most_threads, 1U)) {}

BackgroundWork::~BackgroundWork() {
    end(std::chrono::milliseconds(100));
}

void BackgroundWork::add_thread() {
    ++shared_->threads;
    try {
        std::thread([shared = shared_] { shared->work(); }).detach();
    } catch (const std::exception&) {
        --shared_->threads;  // the kernel refused another thread; the existing ones have to suffice
    }
}

void BackgroundWork::submit(Work work) {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting.push_back({std::move(work), steady_clock::now()});
    const bool one_is_free = shared_->busy + shared_->waiting.size() <= shared_->threads;
    if (!one_is_free && shared_->threads < std::min(first_threads, most_threads_)) add_thread();
    shared_->changed.notify_one();
}

int BackgroundWork::descriptor() const {
    return shared_->ready.get();
}

void BackgroundWork::look() {
    std::deque<Done> done;
    {
        const std::lock_guard lock(shared_->mutex);
        std::uint64_t count = 0;
        if (::read(shared_->ready.get(), &count, sizeof count) < 0) count = 0;
        done.swap(shared_->done);
        const bool stuck =
            !shared_->waiting.empty() && steady_clock::now() - shared_->waiting.front().since >= may_wait;
        if (stuck && shared_->threads < most_threads_) add_thread();
    }
    for (const Done& one : done) one();
}

bool BackgroundWork::end(std::chrono::milliseconds patience) {
    std::unique_lock lock(shared_->mutex);
    shared_->ending = true;
    shared_->waiting.clear();
    shared_->changed.notify_all();
    return shared_->changed.wait_for(lock, patience, [this] { return shared_->threads == 0; });
}

}  // namespace nmtx
