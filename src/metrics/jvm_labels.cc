#include "metrics/jvm_labels.h"

#include "metrics/metric_points.h"

namespace nmtx {
namespace {

constexpr std::size_t shown_id_digits = 12;  // as docker ps shows them

}  // namespace

JvmLabels labels_of(const JvmSummary& jvm, std::string_view java) {
    const ContainerNames& names = jvm.container.names;
    JvmLabels labels;
    labels.pod_space = label_value(names.pod_space);
    labels.pod = label_value(names.pod);
    labels.container = label_value(
        names.name.empty() ? std::string_view(jvm.container.id).substr(0, shown_id_digits) : names.name);
    labels.container_is_id = names.name.empty() && !labels.container.empty();
    labels.main_class = label_value(jvm.main);
    labels.java = label_value(java.empty() ? std::string_view(jvm.version) : java);
    return labels;
}

JvmIndexes::Place JvmIndexes::take(const JvmLabels& labels) {
    Places& places = places_[labels];
    std::size_t index = 0;
    while (places.taken.contains(index)) ++index;
    places.taken.insert(index);
    const std::uint64_t before = places.used[index]++;
    return {index, before};
}

void JvmIndexes::give_back(const JvmLabels& labels, std::size_t index) {
    const auto found = places_.find(labels);
    if (found == places_.end()) return;
    found->second.taken.erase(index);
    if (!found->second.taken.empty()) return;
    found->second.emptied = ++departures_;
    empty_.emplace_back(departures_, labels);
    forget_oldest();
}

void JvmIndexes::forget_oldest() {
    while (empty_.size() > most_remembered_) {
        const auto found = places_.find(empty_.front().second);
        // It may have been taken since, or have become empty again later.
        if (found != places_.end() && found->second.taken.empty() &&
            found->second.emptied == empty_.front().first)
            places_.erase(found);
        empty_.pop_front();
    }
}

}  // namespace nmtx
