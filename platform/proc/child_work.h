// Work on input that somebody else chose, by libraries that were not written against him, in a child process:
// if it crashes, eats memory or never ends, that is all that is lost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

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

// A child process, and what it has written so far. The child ends with this.
class ChildOutput {
  public:
    ChildOutput(Descriptor in, pid_t child, const ChildBounds& bounds);
    ChildOutput(ChildOutput&& other) noexcept;
    ChildOutput& operator=(ChildOutput&&) = delete;
    ChildOutput(const ChildOutput&) = delete;
    ChildOutput& operator=(const ChildOutput&) = delete;
    ~ChildOutput();

    [[nodiscard]] int descriptor() const { return in_.get(); }
    [[nodiscard]] std::chrono::milliseconds left() const;  // of its time
    void begin_time_anew();
    // Takes what has come by now; true once `is_whole` says so of the text, or the child has ended. One that
    // is out of a bound is ended.
    bool take(const std::function<bool(std::string_view)>& is_whole);
    // Why the text is missing or incomplete.
    [[nodiscard]] Error failed() const;

    [[nodiscard]] bool alive() const { return child_ > 0; }
    [[nodiscard]] bool exited_well() const;
    void kill();
    std::string text;

  private:
    void end();

    Descriptor in_;
    pid_t child_;
    ChildBounds bounds_;
    std::chrono::steady_clock::time_point deadline_;
    bool too_much_ = false;  // time or output
    int status_ = 0;
};

// The same as work_in_child() while we do something else. The child ends with this.
class ChildAtWork {
  public:
    static Expected<ChildAtWork> begin(const std::function<std::string()>& work,
                                       const ChildBounds& bounds = {});

    [[nodiscard]] int descriptor() const { return output_.descriptor(); }  // readable where there is news
    [[nodiscard]] std::chrono::milliseconds left() const { return output_.left(); }  // of its time
    // Takes what has come by now; true once there is a result.
    bool take();
    // To be asked once.
    Expected<std::string> result();

  private:
    explicit ChildAtWork(ChildOutput output) : output_(std::move(output)) {}
    ChildOutput output_;
};

// A child for many pieces of work, one after the other: what it learns for one it still knows for the next.
// It ends with this, or where it crashed or was out of a bound.
class ServingChild {
  public:
    using Serve = std::function<std::string(std::string_view request)>;
    // `serve` is called in the child. Time and output are bounds of each answer, memory of all together.
    static Expected<ServingChild> begin(const Serve& serve, const ChildBounds& bounds = {});

    // The answer before must have been had. Never waits for the child.
    Expected<void> ask(std::string_view request);
    [[nodiscard]] int descriptor() const { return output_.descriptor(); }  // readable where there is news
    [[nodiscard]] std::chrono::milliseconds left() const { return output_.left(); }
    // Takes what has come by now; true once there is an answer, or none will come.
    bool take();
    // To be asked once for each request.
    Expected<std::string> answer();
    [[nodiscard]] bool alive() const { return output_.alive(); }

  private:
    ServingChild(ChildOutput output, Descriptor requests)
        : output_(std::move(output)), requests_(std::move(requests)) {}

    ChildOutput output_;
    Descriptor requests_;  // a file in memory that the child has as well
};

}  // namespace nmtx
