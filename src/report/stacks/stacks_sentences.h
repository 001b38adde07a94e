// Sentences on how a profile was sampled, for every form of the report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profile/profile.h"

namespace nmtx {

// "1,583 samples of 12 threads in 10.0 s, 9.62 s of CPU time (kernel: 9.80 s). …"
std::string sampling_sentence(const Profile& profile);
// What a reader must know to trust the figures: late ticks, lost samples, what has no Java frames.
std::vector<std::string> sampling_notes(const Profile& profile);
// What it cost the target and the machine.
std::string sampling_cost(const Profile& profile);
// "% of CPU time", "% of time in all threads"
std::string weight_name(ProfileMode mode);
// "12.3", of the whole; "<0.1" for what is there but rounds to nothing.
std::string share_text(std::uint64_t part, std::uint64_t whole);
std::string seconds_of(std::uint64_t nanoseconds);  // "1.23"
// A weight in the profile's unit, and that unit: "1.23" and "s", "12.3" and "MiB".
double weight_number(const Profile& profile, std::uint64_t weight);
int weight_decimals(ProfileMode mode);
std::string weight_text(const Profile& profile, std::uint64_t weight);
std::string_view weight_unit(ProfileMode mode);
// "StackRunners$Runner.level6", "epoll_wait"; printable.
std::string function_text(const ProfiledFunction& function);
// "Runner.java", "libc.so.6"; printable; empty where not known.
std::string function_place(const ProfiledFunction& function);

}  // namespace nmtx
