#include "platform/memory/memory_copy.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include "platform/os/page_size.h"
#include "platform/os/system_error.h"

namespace nmtx {
namespace {

// IOV_MAX: what one call of process_vm_readv takes. And how much one call copies, so that the deadline is
// looked at in between.
constexpr std::size_t most_pieces = 1024;
constexpr Bytes most_at_once = mib(64);

// More copy no faster: they share the memory's bandwidth, and the target's page tables.
constexpr unsigned most_workers = 4;
// Below this a thread costs more than it brings.
constexpr Bytes least_for_a_worker = mib(32);

// What the next call copies: pieces of the runs from `at` in run `run` on.
class Batch {
  public:
    void add(Range piece) {
        // An address of the target, never followed here.
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        pieces_[count_++] = {reinterpret_cast<void*>(piece.begin.value), piece.size().value()};
        bytes_ += piece.size();
    }
    [[nodiscard]] bool full() const { return count_ == most_pieces || bytes_ >= most_at_once; }
    [[nodiscard]] Bytes left() const { return minus_or_zero(most_at_once, bytes_); }
    [[nodiscard]] Bytes bytes() const { return bytes_; }
    ssize_t read(pid_t pid, std::byte* into) const {
        const iovec local{into, bytes_.value()};
        return ::process_vm_readv(pid, &local, 1, pieces_.data(), count_, 0);
    }

  private:
    std::array<iovec, most_pieces> pieces_{};
    std::size_t count_ = 0;
    Bytes bytes_;
};

// Goes through runs piece by piece.
class Feed {
  public:
    explicit Feed(const std::vector<Range>& runs) : runs_(runs) { settle(); }
    [[nodiscard]] bool at_end() const { return run_ == runs_.size(); }
    // The rest of the current run.
    [[nodiscard]] Range here() const { return {at_, runs_[run_].end}; }
    void skip(Bytes bytes) {
        at_ = std::min(at_ + bytes, runs_[run_].end);
        if (at_ < runs_[run_].end) return;
        ++run_;
        settle();
    }
    [[nodiscard]] Batch next_batch() const {
        Batch batch;
        Feed ahead = *this;
        while (!ahead.at_end() && !batch.full()) {
            const Range rest = ahead.here();
            const Bytes taken = std::min(rest.size(), batch.left());
            batch.add({rest.begin, rest.begin + taken});
            ahead.skip(taken);
        }
        return batch;
    }

  private:
    Feed(const Feed&) = default;
    void settle() {
        if (!at_end()) at_ = runs_[run_].begin;
    }
    const std::vector<Range>& runs_;
    std::size_t run_ = 0;
    Address at_;
};

// Copies its share of the runs, into a part of the buffer of its own.
class Worker {
  public:
    Worker(std::vector<Range> runs, std::byte* into, std::size_t offset)
        : runs_(std::move(runs)), buffer_(into), offset_(offset) {}

    // The kernel copies page by page up to the first that it cannot read; behind that one it goes on.
    void copy(pid_t pid, std::chrono::steady_clock::time_point deadline) {
        Feed feed(runs_);
        while (!feed.at_end()) {
            late_ = std::chrono::steady_clock::now() > deadline;
            if (late_) return;
            const Batch batch = feed.next_batch();
            const ssize_t got = batch.read(pid, buffer_ + offset_);
            if (got < 0 && errno != EFAULT) {
                error_ = errno;
                return;
            }
            Bytes left(got < 0 ? 0 : static_cast<std::uint64_t>(got));
            const bool stopped_short = left < batch.bytes();
            while (left != Bytes()) {
                const Range here = feed.here();
                const Bytes taken = std::min(left, here.size());
                add_run({here.begin, here.begin + taken});
                feed.skip(taken);
                left = minus_or_zero(left, taken);
            }
            if (stopped_short) feed.skip(Bytes(page_size()));
        }
    }

    [[nodiscard]] bool late() const { return late_; }
    [[nodiscard]] int error() const { return error_; }
    [[nodiscard]] const std::vector<CopiedRun>& copied() const { return copied_; }

  private:
    void add_run(Range range) {
        if (range.empty()) return;
        if (!copied_.empty() && copied_.back().range.end == range.begin) {
            copied_.back().range.end = range.end;
        } else {
            copied_.push_back({range, offset_});
        }
        offset_ += static_cast<std::size_t>(range.size().value());
    }

    std::vector<Range> runs_;
    std::byte* buffer_;
    std::size_t offset_;
    std::vector<CopiedRun> copied_;
    bool late_ = false;
    int error_ = 0;
};

// The runs in shares of about the same size, cut between pages.
std::vector<Worker> share_out(const std::vector<Range>& resident, std::byte* buffer) {
    Bytes all;
    for (const Range& run : resident) all += run.size();
    const std::uint64_t fit = std::max<std::uint64_t>(all.value() / least_for_a_worker.value(), 1);
    const unsigned processors = std::clamp(std::thread::hardware_concurrency(), 1U, most_workers);
    const std::uint64_t workers = std::min<std::uint64_t>(processors, fit);
    const std::uint64_t pages = all.value() / workers / page_size() + 1;
    const Bytes share(pages * page_size());

    std::vector<Worker> out;
    std::vector<Range> runs;
    Bytes taken;
    std::size_t offset = 0;
    const auto finish = [&] {
        if (runs.empty()) return;
        out.emplace_back(std::move(runs), buffer, offset);
        runs.clear();
        offset += static_cast<std::size_t>(taken.value());
        taken = Bytes();
    };
    for (Range run : resident) {
        while (!run.empty()) {
            const Range part{run.begin, std::min(run.begin + minus_or_zero(share, taken), run.end)};
            runs.push_back(part);
            taken += part.size();
            run.begin = part.end;
            if (taken >= share) finish();
        }
    }
    finish();
    return out;
}

}  // namespace

Expected<std::vector<CopiedRun>> copy_memory(const ProcessFiles& process, const std::vector<Range>& resident,
                                             std::byte* buffer,
                                             std::chrono::steady_clock::time_point deadline) {
    const std::string name = "pid " + std::to_string(process.pid());
    const auto pid = static_cast<pid_t>(process.pid());
    std::vector<Worker> workers = share_out(resident, buffer);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < workers.size(); ++i) {
            threads.emplace_back([&worker = workers[i], pid, deadline] { worker.copy(pid, deadline); });
        }
        if (!workers.empty()) workers.front().copy(pid, deadline);
    }
    std::vector<CopiedRun> copied;
    for (const Worker& worker : workers) {
        if (worker.late()) {
            return failure(name, "copying its memory took too long, so the process was released",
                           "run it without --freeze: the process is then read while it runs");
        }
        if (worker.error() != 0) return tl::make_unexpected(process_file_error(name, worker.error()));
        copied.insert(copied.end(), worker.copied().begin(), worker.copied().end());
    }
    return copied;
}

}  // namespace nmtx
