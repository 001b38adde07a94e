// Work on input that somebody else chose, by libraries that were not written against him, in a child process:
// if it crashes, eats memory or never ends, that is all that is lost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

struct ChildBounds {
    std::chrono::seconds time{10};
    Bytes memory = Bytes(std::uint64_t{2} << 30U);  // of address space, beyond what the parent has already
    std::size_t output = std::size_t{16} << 20U;
};

// What `work` returned in the child. Fails, without a `where`, where the child crashed, was out of a bound,
// or could not be made.
Expected<std::string> work_in_child(const std::function<std::string()>& work, const ChildBounds& bounds = {});

// The same while we do something else. The child ends with this.
class ChildAtWork {
  public:
    static Expected<ChildAtWork> begin(const std::function<std::string()>& work,
                                       const ChildBounds& bounds = {});
    ChildAtWork(ChildAtWork&& other) noexcept;
    ChildAtWork& operator=(ChildAtWork&&) = delete;
    ChildAtWork(const ChildAtWork&) = delete;
    ChildAtWork& operator=(const ChildAtWork&) = delete;
    ~ChildAtWork();

    [[nodiscard]] int descriptor() const { return in_.get(); }  // readable where take() has something to do
    [[nodiscard]] std::chrono::milliseconds left() const;       // of its time
    // Takes what has come by now; true once there is a result.
    bool take();
    // To be asked once.
    Expected<std::string> result();

  private:
    ChildAtWork(Descriptor in, pid_t child, const ChildBounds& bounds);
    void end();

    Descriptor in_;
    pid_t child_;
    ChildBounds bounds_;
    std::chrono::steady_clock::time_point deadline_;
    std::string text_;
    bool too_much_ = false;  // time or output
    int status_ = 0;
};

}  // namespace nmtx
