// Tests of what kubectl and docker say of containers.
#include "kernel/containers/container_state.h"

#include <string>

#include "catch.h"
#include "kernel/human_size.h"

using namespace nmtx;

namespace {

constexpr std::string_view pod = R"(Name:             shop-x2x7k
Namespace:        default
Node:             node-3/10.0.0.13
Status:           Running
Containers:
  shop:
    Container ID:  containerd://8d7e
    Image:         shop:1.42
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Finished:     Mon, 01 Jun 2026 14:03:09 +0000
    Ready:          False
    Restart Count:  5
    Limits:
      cpu:     2
      memory:  1Gi
    Requests:
      memory:   768Mi
    Environment:
      JAVA_TOOL_OPTIONS:  -Xmx900m -Dpassword=secret
      memory:             7
  proxy:
    Container ID:  containerd://1f6f
    Image:         proxy:2
    State:          Running
    Ready:          True
    Restart Count:  0
Conditions:
  Type              Status
Events:
  Warning  BackOff  12m  kubelet  State: Terminated
)";

constexpr std::string_view inspect = R"([
    {
        "Id": "9afc", "Args": [ "-Xmx512m", "-jar" ],
        "State": {
            "Status": "exited", "OOMKilled": true, "Pid": 0, "ExitCode": 137,
            "Health": { "Status": "unhealthy", "Log": [ { "ExitCode": 1 } ] },
            "FinishedAt": "2026-06-01T10:47:02.25Z"
        },
        "Name": "/we\"b",
        "RestartCount": 3,
        "HostConfig": { "RestartPolicy": { "Name": "no" }, "Memory": 536870912, "MemoryReservation": 1048576 },
        "Mounts": [ { "Name": "data" } ]
    },
    { "Name": "/two", "State": { "Status": "running", "OOMKilled": false, "ExitCode": 0 },
      "HostConfig": { "Memory": 0 } }
])";

}  // namespace

TEST_CASE("kubectl describe pod: how each container ended, its limit and its restarts") {
    const auto report = parse_pod_description(pod);
    REQUIRE(report);
    CHECK(report->pod == "shop-x2x7k");
    CHECK(report->node == "node-3/10.0.0.13");
    CHECK_FALSE(report->evicted_for_memory());
    REQUIRE(report->containers.size() == 2);
    const ContainerState& shop = report->containers[0];
    CHECK(shop.name == "shop");
    CHECK(shop.now.state == "Waiting");
    CHECK(shop.now.reason == "CrashLoopBackOff");
    CHECK_FALSE(shop.now.exit_code);
    CHECK(shop.last.state == "Terminated");
    CHECK(shop.oom_killed());
    CHECK(shop.sigkilled());
    CHECK(shop.last.finished == "Mon, 01 Jun 2026 14:03:09 +0000");
    CHECK(shop.restarts == 5U);
    CHECK(shop.limit == mib(1024));
    CHECK(shop.request == mib(768));
    CHECK(shop.options == "-Xmx900m");
    const ContainerState& proxy = report->containers[1];
    CHECK(proxy.name == "proxy");
    CHECK(proxy.now.state == "Running");
    CHECK_FALSE(proxy.oom_killed());
    CHECK_FALSE(proxy.limit);
    CHECK(proxy.options.empty());
}

TEST_CASE("kubectl describe pod: some lines of it, without their indentation") {
    const auto report = parse_pod_description(
        "Last State: Terminated\nReason: OOMKilled\nExit Code: 137\nRestart Count: 2\nLimits:\nmemory: "
        "512M\n");
    REQUIRE(report);
    REQUIRE(report->containers.size() == 1);
    CHECK(report->containers[0].oom_killed());
    CHECK(report->containers[0].limit == Bytes(512'000'000));
    const auto line = parse_pod_description("      Reason:       OOMKilled\n");
    REQUIRE(line);
    CHECK(line->containers[0].oom_killed());
}

TEST_CASE("kubectl describe pod: an eviction for memory") {
    const auto report = parse_pod_description(
        "Name: batch-0\nNamespace: jobs\nStatus: Failed\nReason: Evicted\nMessage: The node was low on "
        "resource: memory.\n");
    REQUIRE(report);
    CHECK(report->evicted_for_memory());
    CHECK(report->containers.empty());
    const auto disk =
        parse_pod_description("Name: a\nReason: Evicted\nMessage: low on resource: ephemeral-storage\n");
    REQUIRE(disk);
    CHECK_FALSE(disk->evicted_for_memory());
}

TEST_CASE("docker inspect: state, limit and restarts of each container") {
    const auto report = parse_container_inspect(inspect);
    REQUIRE(report);
    REQUIRE(report->containers.size() == 2);
    const ContainerState& web = report->containers[0];
    CHECK(web.name == "we\\\"b");
    CHECK(web.now.state == "exited");
    CHECK(web.now.exit_code == 137U);
    CHECK(web.oom_killed());
    CHECK(web.limit == mib(512));
    CHECK(web.request == mib(1));
    CHECK(web.restarts == 3U);
    CHECK(web.options == "-Xmx512m");
    CHECK(web.now.finished == "2026-06-01T10:47:02.25Z");
    const ContainerState& two = report->containers[1];
    CHECK(two.name == "two");
    CHECK_FALSE(two.oom_killed());
    CHECK(two.unlimited);
    CHECK_FALSE(two.limit);
    CHECK_FALSE(two.now.exit_code);
}

TEST_CASE("docker inspect: a piece of an answer") {
    const auto report =
        parse_container_inspect("\"OOMKilled\": false,\n\"ExitCode\": 137,\n\"Memory\": 1073741824,\n");
    REQUIRE(report);
    REQUIRE(report->containers.size() == 1);
    CHECK(report->containers[0].oom_flag == false);
    CHECK(report->containers[0].sigkilled());
    CHECK(report->containers[0].limit == mib(1024));
    CHECK_FALSE(parse_container_inspect("[ { \"Name\": \"bridge\", \"Driver\": \"bridge\" } ]"));
}

TEST_CASE("container state: every prefix gives a value or an error") {
    for (std::size_t n = 0; n <= pod.size(); ++n) static_cast<void>(parse_pod_description(pod.substr(0, n)));
    for (std::size_t n = 0; n <= inspect.size(); ++n)
        static_cast<void>(parse_container_inspect(inspect.substr(0, n)));
    std::string deep(100'000, '[');
    CHECK_FALSE(parse_container_inspect(deep));
    CHECK(parse_pod_description("").error().where == "kubectl describe pod:1");
}

TEST_CASE("quantities of Kubernetes: letters count by 1000, those with an i by 1024") {
    CHECK(read_quantity("1Gi") == mib(1024));
    CHECK(read_quantity("1G") == Bytes(1'000'000'000));
    CHECK(read_quantity("500M") == Bytes(500'000'000));
    CHECK(read_quantity("1.5Gi") == mib(1536));
    CHECK(read_quantity("128974848") == Bytes(128974848));
    CHECK(read_quantity("129e6") == Bytes(129'000'000));
    CHECK(read_quantity("1500m") == Bytes(1));
    CHECK_FALSE(read_quantity("1GB"));
    CHECK_FALSE(read_quantity("much"));
    CHECK_FALSE(read_quantity("99999999999E"));
}

TEST_CASE("kubectl describe: a paste that begins with a block of a container loses nothing of the block") {
    for (const std::string_view key : {"State", "Last State"}) {
        INFO(key);
        const std::string text = "    " + std::string(key) +
                                 ":     Terminated\n"
                                 "      Reason:       Error\n"
                                 "      Exit Code:    143\n"
                                 "      Finished:     Mon, 01 Jun 2026 14:03:09 +0000\n"
                                 "    Restart Count:  1\n";
        const auto report = parse_pod_description(text);
        REQUIRE(report);
        REQUIRE(report->containers.size() == 1);
        const ContainerState& container = report->containers[0];
        const ContainerPhase& phase = key == "State" ? container.now : container.last;
        CHECK(phase.state == "Terminated");
        CHECK(phase.reason == "Error");
        CHECK(phase.exit_code == 143);
        CHECK(phase.finished == "Mon, 01 Jun 2026 14:03:09 +0000");
        CHECK(container.restarts == 1);
    }
    const auto report = parse_pod_description("    Limits:\n      cpu:     2\n      memory:  1Gi\n");
    REQUIRE(report);
    REQUIRE(report->containers.size() == 1);
    CHECK(report->containers[0].limit == mib(1024));
}
