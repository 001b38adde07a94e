// Each NMT category and each owner of the ledger: what it holds, what makes it grow, which flag limits it,
// which command looks inside, and where other JDKs count the same memory. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "hotspot/known_jdks.h"

namespace nmtx {

enum class GlossaryKind : std::uint8_t { category, owner };

// A fact that holds only in the feature releases from `first` to `last`.
struct GlossaryNote {
    int first = 0;
    int last = 0;  // 0 in both: no note
    std::string_view text;
    [[nodiscard]] bool of(int jdk) const { return jdk >= first && jdk <= last; }
};

struct GlossaryEntry {
    GlossaryKind kind = GlossaryKind::category;
    std::string_view name;   // "Other", as NMT prints it; "malloc/untracked", as in the ledger
    std::string_view what;   // what it holds
    std::string_view grows;  // what makes it grow
    std::string_view bound;  // the flag that limits it, or "none"
    std::string_view look;   // the command that looks inside; PID is the process id
    std::array<GlossaryNote, 3> notes{};
};

// Categories in the order of NMT's reports, then owners.
std::span<const GlossaryEntry> glossary_categories();
std::span<const GlossaryEntry> glossary_owners();

// Whether a release has it. Owners are in every one of them.
bool is_in_jdk(const GlossaryEntry& entry, int jdk);

// Looks up what the user typed: a category ("other", "java h"), an owner ("malloc/untracked/libz.so.1",
// "jvm/code cache", "tcache") or a prefix of one, in upper or lower case. An exact name gives only that one;
// an owner below "jvm/" or "malloc/nmt-tracked/" gives its category. A prefix may give several. An unknown
// name is an error that suggests the nearest.
// `jdk`: only what that release has.
Expected<std::vector<const GlossaryEntry*>> look_up(std::string_view typed, std::optional<int> jdk = {});

// The entries for an owner's path in the ledger; two for memory of two owners ("jvm/code cache or gc").
// Empty: not described.
std::vector<const GlossaryEntry*> entries_of_owner(std::string_view path);

}  // namespace nmtx
