// The conditions of one process: which are met by the latest figures, and is evidence due? Once an incident:
// a condition that was met is armed again only when its figure has fallen a tenth below the threshold, and
// conditions that are met while its evidence is being taken, or within a minute of that, belong to one
// incident.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "triggers/condition.h"
#include "triggers/growth_window.h"

namespace nmtx {

// A condition that has just been met.
struct Fired {
    const Condition* condition = nullptr;  // in the conditions of the ProcessTriggers
    std::string why;                       // "container memory is at 91.2 % of its limit of 128.0 MiB"
    bool joined = false;                   // evidence of the same incident was taken already
};

enum class SampleDepth : std::uint8_t { light, full };

// Of the conditions, those that can be met now, or also those that were met and are not armed again.
enum class Which : std::uint8_t { all, armed };

class ProcessTriggers {
  public:
    // The conditions must outlive it.
    explicit ProcessTriggers(const std::vector<Condition>& conditions);

    // Each takes a figure as it is now, at a time in milliseconds that ascends.
    std::vector<Fired> usage(Bytes used, Bytes limit, std::int64_t at_ms);
    std::vector<Fired> rss(Bytes resident, std::int64_t at_ms);
    // `resident_of`: resident bytes of an owner and all below it, of the whole for the empty path.
    // Samples of two depths split owners differently, so an owner is compared with itself in samples of the
    // same depth only.
    using ResidentOf = std::function<Bytes(std::string_view owner)>;
    std::vector<Fired> sampled(const ResidentOf& resident_of, SampleDepth depth, std::int64_t at_ms);
    std::vector<Fired> terminated(std::int64_t at_ms);
    std::vector<Fired> ended(const std::string& how, std::int64_t at_ms);

    // The evidence for which a condition fired has been taken.
    void evidence_taken(std::int64_t at_ms);

    [[nodiscard]] bool has(ConditionKind kind) const;
    // The lowest threshold; nothing where there is none.
    [[nodiscard]] std::optional<double> least_percent(Which which = Which::all) const;
    [[nodiscard]] std::optional<Bytes> least_rss(Which which = Which::all) const;

  private:
    struct Armed {
        const Condition* condition;
        bool armed = true;
        std::vector<GrowthWindow> windows;  // of growth: by depth, only one of RSS
    };
    void look(Armed& one, double figure, double threshold, std::int64_t at_ms, const std::string& why,
              std::vector<Fired>& fired);
    std::vector<Fired> once(ConditionKind kind, std::int64_t at_ms, const std::string& why);

    std::vector<Armed> armed_;
    std::optional<std::int64_t> incident_ms_;  // when evidence was last asked for, or taken
    bool taking_ = false;
};

// How long to wait before the next look at a figure that is so far below its threshold: it cannot get there
// earlier, unless it grows by more than 512 MiB/s; from 20 ms to one second.
std::int64_t pause_before_look_ms(Bytes headroom);

}  // namespace nmtx
