// Sums samples up as they come, in bounded memory.
#pragma once

#include <span>
#include <unordered_map>

#include "profile/profile.h"

namespace nmtx {

struct ProfileBounds {
    std::size_t nodes = 1'000'000;
    std::size_t stacks = 1'000'000;
    std::size_t threads = 100'000;
};

class ProfileBuilder {
  public:
    explicit ProfileBuilder(ProfileBounds bounds = {});

    // The index of a function at a line; the same one for equal ones.
    std::uint32_t site(const ProfiledFunction& function, int line);
    // The node of a stack, its sites from the thread's first function inwards. What finds no room any more
    // ends at the last call that has a node.
    std::uint32_t node(std::span<const std::uint32_t> sites);
    // The index of a thread; one that was renamed is another. Beyond the bound all share the last one.
    std::uint32_t thread(std::uint64_t tid, const std::string& name);
    void add(std::uint32_t node, std::uint32_t thread, std::uint64_t samples, std::uint64_t weight_ns);

    // Shares a weight out evenly among the samples of a thread; where it has none it becomes a stack of its
    // own without samples, a remark. True where it had samples.
    bool spread(std::uint32_t thread, std::uint64_t weight_ns);

    // So many samples were cut or dropped for lack of room.
    [[nodiscard]] std::uint64_t beyond() const { return beyond_; }
    // All weights times `factor`. The builder must not be used after it.
    Profile take(SamplingRun run, double factor);

  private:
    struct FunctionHash {
        std::size_t operator()(const ProfiledFunction& function) const;
    };
    static std::uint64_t pair_of(std::uint32_t a, std::uint32_t b) { return (std::uint64_t{a} << 32U) | b; }

    ProfileBounds bounds_;
    Profile profile_;
    std::unordered_map<ProfiledFunction, std::uint32_t, FunctionHash> functions_;
    std::unordered_map<std::uint64_t, std::uint32_t> sites_;   // function and line
    std::unordered_map<std::uint64_t, std::uint32_t> nodes_;   // parent and site
    std::unordered_map<std::uint64_t, std::uint32_t> stacks_;  // node and thread
    std::unordered_map<std::string, std::uint32_t> threads_;   // tid and name
    std::uint64_t beyond_ = 0;
};

}  // namespace nmtx
