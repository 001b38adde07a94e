// Lets root act temporarily with the rights of the target's user.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/error.h"

namespace nmtx {

// While it lives, the calling thread has the user and group of the target, no supplementary groups and no
// capabilities: it can open, create and remove what that user could, and no more. Only this thread changes
// (the system calls of glibc would change all of them), and only its effective ids: the real and saved ids
// stay root's, so the target's user can neither signal nor trace us meanwhile.
//
// Without root nothing is changed.
class ActingAs {
  public:
    ActingAs(std::uint32_t uid, std::uint32_t gid);
    ActingAs(const ActingAs&) = delete;
    ActingAs& operator=(const ActingAs&) = delete;
    ~ActingAs();

    // 0, or the errno of the call that failed. The thread has then kept rights that it should not have: do
    // nothing in a place that the target chooses.
    [[nodiscard]] int error() const { return error_; }
    // The same as an error about `path`.
    [[nodiscard]] tl::unexpected<Error> failed(const std::string& path) const;

  private:
    void become(std::uint32_t uid, std::uint32_t gid);
    bool drop_groups(std::uint32_t gid);
    bool drop_capabilities();

    std::uint32_t uid_;
    std::uint32_t gid_;
    std::vector<gid_t> groups_;
    std::array<std::uint32_t, 6> capabilities_{};  // effective, permitted, inheritable; the upper halves
    bool groups_dropped_ = false;
    bool group_changed_ = false;
    bool user_changed_ = false;
    bool capabilities_dropped_ = false;
    int error_ = 0;
};

}  // namespace nmtx
