// The labels that tell the JVMs of a host apart.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "process/jvm_summary.h"

namespace nmtx {

// All texts are made by label_value(). They stay the same as long as the process lives.
struct JvmLabels {
    std::string pod_space, pod, container, main_class, java;
    bool container_is_id = false;  // of unknown name: the beginning of its ID
    friend auto operator<=>(const JvmLabels&, const JvmLabels&) = default;
};
// `java`: the release, which the first sample knows best.
JvmLabels labels_of(const JvmSummary& jvm, std::string_view java);

// Gives JVMs with equal labels different indexes, and counts how often one has followed another. A JVM keeps
// its index as long as it lives, whatever becomes of the others; a new one gets the lowest that is free. So
// the next JVM of a restarted service continues the series of the one before.
class JvmIndexes {
  public:
    // Label sets without a JVM are remembered up to this number, the latest ones.
    explicit JvmIndexes(std::size_t most_remembered = 4096) : most_remembered_(most_remembered) {}

    struct Place {
        std::size_t index = 0;
        std::uint64_t restarts = 0;  // JVMs that had this place before
    };
    Place take(const JvmLabels& labels);
    void give_back(const JvmLabels& labels, std::size_t index);

  private:
    struct Places {
        std::set<std::size_t> taken;
        std::map<std::size_t, std::uint64_t> used;  // how many JVMs have had each
        std::uint64_t emptied = 0;                  // which of the departures below is the last
    };
    void forget_oldest();

    std::size_t most_remembered_;
    std::map<JvmLabels, Places> places_;
    std::deque<std::pair<std::uint64_t, JvmLabels>> empty_;  // in the order in which they became so
    std::uint64_t departures_ = 0;
};

}  // namespace nmtx
