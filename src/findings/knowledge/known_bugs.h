// JDK bugs that make native memory grow, or its figures look wrong, by release and by what grows.
// known_bugs.cc has the sources.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// The updates of one feature release that have the bug: 21.0.3 to 21.0.6 is {21, 3, 7}, 8u151 and before
// {8, 0, 152}.
struct AffectedRelease {
    int feature = 0;
    int since = 0;  // the first update that has it
    int fixed = 0;  // the first without it; 0: none known
};

struct KnownBug {
    std::string_view id;  // "JDK-8340824"
    std::string_view title;
    std::array<std::string_view, 3> grows;  // names of the glossary; unused ones are empty
    std::span<const AffectedRelease> affected;
    int fixed_in;             // the first feature release without it; 0: it was only in updates
    std::string_view shows;   // symptoms
    std::string_view remedy;  // what helps besides an upgrade; empty where nothing does
    bool not_a_leak = false;  // figures that look like one
};

std::span<const KnownBug> known_bugs();

// `update`: 7 for 21.0.7, 152 for 8u152.
bool affects(const KnownBug& bug, int feature, int update);
// Any update of that release.
bool affects(const KnownBug& bug, int feature);

// "12 to 16, 17 before 17.0.9, 21.0.3 to 21.0.6"
std::string affected_text(const KnownBug& bug);
// "24, 21.0.7"
std::string fixed_text(const KnownBug& bug);

// The bugs that make the memory of a glossary entry grow.
std::vector<const KnownBug*> bugs_of(std::string_view entry_name);

}  // namespace nmtx
