#include "platform/memory/read_ahead.h"

#include <sys/uio.h>

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::size_t block_bytes = std::size_t{128} << 10U;

}  // namespace

ReadAhead::~ReadAhead() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ReadAhead::Piece::want(Range range) {
    wanted = range;
    const auto size = static_cast<std::size_t>(range.size().value());
    if (bytes.size() < size) bytes.resize(size);
    held.assign((size + block_bytes - 1) / block_bytes, 0);
    next_block = 0;
}

std::size_t ReadAhead::Piece::whole() const {
    std::size_t sum = 0;
    for (const std::size_t block : held) {
        sum += block;
        if (block < block_bytes) break;
    }
    return sum;
}

void ReadAhead::read_blocks(Piece& piece) const {
    const auto size = static_cast<std::size_t>(piece.wanted.size().value());
    for (std::size_t block = piece.next_block++; block < piece.held.size(); block = piece.next_block++) {
        const std::size_t begin = block * block_bytes;
        const std::size_t count = std::min(block_bytes, size - begin);
        const iovec local{&piece.bytes[begin], count};
        // An address of the target, never followed here.
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        const iovec remote{reinterpret_cast<void*>(piece.wanted.begin.value + begin), count};
        const ssize_t got = ::process_vm_readv(pid_, &local, 1, &remote, 1, 0);
        piece.held[block] = got <= 0 ? 0 : static_cast<std::size_t>(got);
    }
}

void ReadAhead::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return reading_ || ending_; });
        if (ending_) return;
        Piece& piece = pieces_.at(1 - used_);
        lock.unlock();
        read_blocks(piece);
        lock.lock();
        reading_ = false;
        changed_.notify_all();
    }
}

void ReadAhead::wait() {
    if (!thread_.joinable()) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !reading_; });
}

std::span<const std::byte> ReadAhead::take(Address at) {
    Piece& ahead = pieces_.at(1 - used_);
    if (!ahead.wanted.contains(at)) return {};
    read_blocks(ahead);
    wait();
    const auto skipped = static_cast<std::size_t>(at.value - ahead.wanted.begin.value);
    const std::size_t whole = ahead.whole();
    ahead.wanted = {};
    if (skipped >= whole) return {};
    used_ = 1 - used_;
    return std::span<const std::byte>(ahead.bytes).subspan(skipped, whole - skipped);
}

std::span<const std::byte> ReadAhead::now(Range range) {
    Piece& piece = pieces_.at(used_);
    piece.want(range);
    read_blocks(piece);
    return std::span<const std::byte>(piece.bytes).first(piece.whole());
}

void ReadAhead::begin(Range range) {
    wait();
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    {
        const std::lock_guard lock(mutex_);
        pieces_.at(1 - used_).want(range);
        reading_ = true;
    }
    changed_.notify_all();
}

}  // namespace nmtx
