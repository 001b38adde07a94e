// Whether a process ended by an OOM kill in its cgroup, by the counter that the kernel keeps there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nmtx {

class KillCount {
  public:
    KillCount() = default;
    // What the counter is while the process lives.
    explicit KillCount(std::optional<std::uint64_t> first) : first_(first), last_(first) {}

    // The counter may be gone, with the cgroup: systemd removes that of a service as soon as it is empty.
    void look(std::optional<std::uint64_t> counter);
    // For a process that is gone, after a last look.
    [[nodiscard]] std::string how_it_ended() const;

  private:
    std::optional<std::uint64_t> first_, last_;
    bool gone_ = false;
};

}  // namespace nmtx
