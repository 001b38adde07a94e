// Writes the samples of a run: see saved_allocations.h.
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "allocations/saved_allocations.h"
#include "base/json_fields.h"
#include "base/printable.h"

namespace nmtx {
namespace {

using nlohmann::ordered_json;

// The calls of the samples and their callers, each function of a caller once.
class SavedCalls {
  public:
    explicit SavedCalls(const Profile& calls) : calls_(calls) {}

    std::uint32_t node(std::uint32_t original) {
        if (original == 0) return 0;
        if (const auto known = nodes_.find(original); known != nodes_.end()) return known->second;
        const std::uint32_t parent = node(calls_.nodes[original].parent);
        const std::uint32_t function = this->function(calls_.sites[calls_.nodes[original].site].function);
        const auto [at, added] =
            children_.try_emplace({parent, function}, static_cast<std::uint32_t>(list_.size()));
        if (added) list_.push_back({parent, function});
        return nodes_[original] = at->second;
    }

    [[nodiscard]] ordered_json functions_json() const {
        ordered_json out = ordered_json::array();
        for (const std::uint32_t number : functions_) {
            const ProfiledFunction& function = calls_.functions[number];
            out.push_back({{"name", printable(function.name)},
                           {"file", function.file.empty() ? ordered_json(nullptr)
                                                          : ordered_json(printable(function.file))},
                           {"kind", name_of(function.kind)}});
        }
        return out;
    }
    [[nodiscard]] const std::vector<std::array<std::uint32_t, 2>>& nodes() const { return list_; }

  private:
    std::uint32_t function(std::uint32_t original) {
        const auto [at, added] = places_.try_emplace(original, static_cast<std::uint32_t>(functions_.size()));
        if (added) functions_.push_back(original);
        return at->second;
    }

    const Profile& calls_;
    std::map<std::uint32_t, std::uint32_t> nodes_, places_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children_;
    std::vector<std::uint32_t> functions_;
    std::vector<std::array<std::uint32_t, 2>> list_{{0, 0}};
};

}  // namespace

std::string format_samples(const AllocationProfile& profile) {
    SavedCalls calls(profile.calls);
    ordered_json windows = {{"seconds", ordered_json::array()},
                            {"stands_for", ordered_json::array()},
                            {"stratum", ordered_json::array()}};
    for (const TimeWindow& window : profile.run.windows) {
        windows["seconds"].push_back(window.seconds);
        windows["stands_for"].push_back(window.stands_for);
        windows["stratum"].push_back(window.stratum);
    }
    ordered_json samples;
    std::map<std::uint32_t, std::uint32_t> threads;  // their numbers here
    for (const char* column :
         {"node", "thread", "window", "bytes", "weight", "doubt", "live", "live_part", "cell", "judged"})
        samples[column] = ordered_json::array();
    for (const AllocationSample& sample : profile.samples) {
        samples["node"].push_back(calls.node(sample.node));
        samples["thread"].push_back(
            threads.try_emplace(sample.thread, static_cast<std::uint32_t>(threads.size())).first->second);
        samples["window"].push_back(sample.window);
        samples["bytes"].push_back(sample.bytes);
        samples["weight"].push_back(sample.weight);
        samples["doubt"].push_back(sample.doubt);
        samples["live"].push_back(sample.live ? 1 : 0);
        samples["live_part"].push_back(sample.live_part);
        samples["judged"].push_back(sample.judged ? 1 : 0);
        samples["cell"].push_back(sample.cell < profile.live_cells.size() ? sample.cell + 1 : 0);
    }
    ordered_json nodes = {{"parent", ordered_json::array()}, {"function", ordered_json::array()}};
    for (const auto& [parent, function] : calls.nodes()) {
        nodes["parent"].push_back(parent);
        nodes["function"].push_back(function);
    }
    ordered_json cells = {{"counted", ordered_json::array()},
                          {"scale", ordered_json::array()},
                          {"most", ordered_json::array()},
                          {"doubt", ordered_json::array()}};
    for (const LiveCell& cell : profile.live_cells) {
        cells["counted"].push_back(cell.counted ? 1 : 0);
        cells["scale"].push_back(cell.scale);
        cells["most"].push_back(cell.most);
        cells["doubt"].push_back(cell.doubt);
    }
    return ordered_json{{"knows_live", profile.run.knows_live}, {"live_doubt", profile.run.live_doubt},
                        {"functions", calls.functions_json()},  {"nodes", std::move(nodes)},
                        {"windows", std::move(windows)},        {"cells", std::move(cells)},
                        {"samples", std::move(samples)}}
        .dump();
}

}  // namespace nmtx
