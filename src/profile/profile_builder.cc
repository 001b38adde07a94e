#include "profile/profile_builder.h"

#include <cmath>
#include <utility>
#include <vector>

namespace nmtx {
namespace {

std::uint64_t scaled(std::uint64_t weight, double factor) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(weight) * factor));
}

}  // namespace

std::size_t ProfileBuilder::FunctionHash::operator()(const ProfiledFunction& function) const {
    const std::hash<std::string> of_text;
    return of_text(function.name) * 31 + of_text(function.file) * 7 + static_cast<std::size_t>(function.kind);
}

ProfileBuilder::ProfileBuilder(ProfileBounds bounds) : bounds_(bounds) {
    profile_.nodes.push_back({});
}

std::uint32_t ProfileBuilder::site(const ProfiledFunction& function, int line) {
    const auto [known, added] =
        functions_.try_emplace(function, static_cast<std::uint32_t>(profile_.functions.size()));
    if (added) profile_.functions.push_back(function);
    const auto [at, fresh] = sites_.try_emplace(pair_of(known->second, static_cast<std::uint32_t>(line)),
                                                static_cast<std::uint32_t>(profile_.sites.size()));
    if (fresh) profile_.sites.push_back({known->second, line});
    return at->second;
}

std::uint32_t ProfileBuilder::node(std::span<const std::uint32_t> sites) {
    std::uint32_t node = 0;
    for (const std::uint32_t site : sites) {
        const auto known = nodes_.find(pair_of(node, site));
        if (known != nodes_.end()) {
            node = known->second;
            continue;
        }
        if (profile_.nodes.size() >= bounds_.nodes) {
            ++beyond_;
            break;
        }
        const auto fresh = static_cast<std::uint32_t>(profile_.nodes.size());
        profile_.nodes.push_back({node, site});
        nodes_.emplace(pair_of(node, site), fresh);
        node = fresh;
    }
    return node;
}

std::uint32_t ProfileBuilder::thread(std::uint64_t tid, const std::string& name) {
    const std::string key = std::to_string(tid) + " " + name;
    const auto known = threads_.find(key);
    if (known != threads_.end()) return known->second;
    if (profile_.threads.size() >= bounds_.threads)
        return static_cast<std::uint32_t>(profile_.threads.size() - 1);
    const auto fresh = static_cast<std::uint32_t>(profile_.threads.size());
    const bool last = profile_.threads.size() + 1 == bounds_.threads;
    profile_.threads.push_back(last ? ProfiledThread{0, "further threads", 0, 0}
                                    : ProfiledThread{tid, name, 0, 0});
    threads_.emplace(key, fresh);
    return fresh;
}

void ProfileBuilder::add(std::uint32_t node, std::uint32_t thread, std::uint64_t samples,
                         std::uint64_t weight_ns) {
    auto known = stacks_.find(pair_of(node, thread));
    if (known == stacks_.end()) {
        if (profile_.stacks.size() >= bounds_.stacks) {
            beyond_ += samples;
            return;
        }
        known =
            stacks_.emplace(pair_of(node, thread), static_cast<std::uint32_t>(profile_.stacks.size())).first;
        profile_.stacks.push_back({node, thread, 0, 0});
    }
    StackSum& stack = profile_.stacks[known->second];
    stack.samples += samples;
    stack.weight_ns += weight_ns;
}

bool ProfileBuilder::spread(std::uint32_t thread, std::uint64_t weight_ns) {
    if (weight_ns == 0) return true;
    std::vector<StackSum*> own;
    std::uint64_t samples = 0;
    for (StackSum& stack : profile_.stacks) {
        if (stack.thread != thread || stack.samples == 0) continue;
        own.push_back(&stack);
        samples += stack.samples;
    }
    if (samples == 0) {
        const std::uint32_t remark = site({"[CPU time without a sample]", "", CodeKind::mark}, 0);
        add(node(std::span(&remark, 1)), thread, 0, weight_ns);
        return false;
    }
    // What is left over by rounding goes on to the next one, so that the sum is exact.
    std::uint64_t counted = 0, given = 0;
    for (StackSum* const stack : own) {
        counted += stack->samples;
        const auto until = static_cast<std::uint64_t>(
            static_cast<double>(weight_ns) * static_cast<double>(counted) / static_cast<double>(samples));
        stack->weight_ns += until - given;
        given = until;
    }
    return true;
}

Profile ProfileBuilder::take(SamplingRun run, double factor) {
    run.beyond = beyond_;
    run.samples = 0;
    for (StackSum& stack : profile_.stacks) {
        stack.weight_ns = scaled(stack.weight_ns, factor);
        ProfiledThread& thread = profile_.threads[stack.thread];
        thread.samples += stack.samples;
        thread.weight_ns += stack.weight_ns;
        run.samples += stack.samples;
    }
    profile_.run = std::move(run);
    return std::move(profile_);
}

}  // namespace nmtx
