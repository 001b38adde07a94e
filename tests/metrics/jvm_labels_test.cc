#include "metrics/jvm_labels.h"

#include <string>

#include "catch.h"
#include "metrics/metric_points.h"

using namespace nmtx;

namespace {

JvmLabels labels(const std::string& main_class) {
    JvmLabels made;
    made.main_class = main_class;
    return made;
}

}  // namespace

TEST_CASE("labels: namespace, pod and container by the runtime, else the container's id") {
    JvmSummary jvm;
    jvm.main = "/opt/app.jar";
    jvm.version = "17.0.15";
    jvm.container.id = std::string(64, 'a');
    CHECK(labels_of(jvm, "").container == "aaaaaaaaaaaa");
    CHECK(labels_of(jvm, "").container_is_id);
    jvm.container.names = {"web", "web-7c9", "shop"};
    const JvmLabels named = labels_of(jvm, "17.0.16");
    CHECK(named.pod_space == "shop");
    CHECK(named.pod == "web-7c9");
    CHECK(named.container == "web");
    CHECK_FALSE(named.container_is_id);
    CHECK_FALSE(labels_of(JvmSummary(), "").container_is_id);
    CHECK(named.main_class == "/opt/app.jar");
    CHECK(named.java == "17.0.16");
}

TEST_CASE("labels: a value is bounded and valid, whatever the target is called") {
    CHECK(label_value(std::string(100'000, 'x')).size() == 200);
    CHECK(label_value("a\nb\x1b[31m\xff") == "a?b?[31m?");
    // A character that the limit cuts in two
    const std::string cut = label_value(std::string(199, 'x') + "\xc3\xa4");
    CHECK(cut == std::string(199, 'x') + "?");
}

TEST_CASE("indexes: JVMs with equal labels are told apart, and keep their index as long as they live") {
    JvmIndexes indexes;
    CHECK(indexes.take(labels("Main")).index == 0);
    CHECK(indexes.take(labels("Main")).index == 1);
    CHECK(indexes.take(labels("Other")).index == 0);
    CHECK(indexes.take(labels("Main")).index == 2);
    indexes.give_back(labels("Main"), 1);
    CHECK(indexes.take(labels("Main")).index == 1);
    CHECK(indexes.take(labels("Main")).index == 3);
}

TEST_CASE("indexes: a JVM that takes the place of one that ended is a restart") {
    JvmIndexes indexes;
    CHECK(indexes.take(labels("Main")).restarts == 0);
    CHECK(indexes.take(labels("Main")).restarts == 0);
    indexes.give_back(labels("Main"), 0);
    const auto place = indexes.take(labels("Main"));
    CHECK(place.index == 0);
    CHECK(place.restarts == 1);
    indexes.give_back(labels("Main"), 0);
    indexes.give_back(labels("Main"), 1);
    CHECK(indexes.take(labels("Main")).restarts == 2);
    CHECK(indexes.take(labels("Main")).restarts == 1);
}

TEST_CASE("indexes: labels that no JVM has are forgotten, the oldest first") {
    JvmIndexes indexes(2);
    for (const std::string name : {"a", "b", "c"})
        indexes.give_back(labels(name), indexes.take(labels(name)).index);
    CHECK(indexes.take(labels("c")).restarts == 1);
    CHECK(indexes.take(labels("b")).restarts == 1);
    CHECK(indexes.take(labels("a")).restarts == 0);
}

TEST_CASE("indexes: labels that come and go stay in bounds, and one that runs is never forgotten") {
    JvmIndexes indexes(10);
    CHECK(indexes.take(labels("stays")).index == 0);
    for (int i = 0; i < 1000; ++i) {
        const JvmLabels next = labels(std::to_string(i));
        indexes.give_back(next, indexes.take(next).index);
    }
    CHECK(indexes.take(labels("stays")).index == 1);
    CHECK(indexes.take(labels("0")).restarts == 0);
    CHECK(indexes.take(labels("999")).restarts == 1);
}
