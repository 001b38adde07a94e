// What a container runtime reports about containers: how each ended, its limit, its restarts. From `kubectl
// describe pod` (format: kubectl pkg/describe, describePod) and `docker inspect` (podman's and nerdctl's
// too; format: the Docker Engine API, ContainerInspect).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

// One state of a container: what it is doing, or how it ended.
struct ContainerPhase {
    std::string_view state;   // "Running", "Waiting", "Terminated"; docker: "running", "exited"
    std::string_view reason;  // "OOMKilled", "Error", "CrashLoopBackOff"; empty where none is given
    std::optional<std::uint64_t> exit_code;
    std::string_view finished;
    [[nodiscard]] bool oom_killed() const { return reason == "OOMKilled"; }
    // Ended by SIGKILL: 128 + 9.
    [[nodiscard]] bool sigkilled() const { return exit_code == 137U; }
};

struct ContainerState {
    std::string_view name;  // empty where the text has none
    ContainerPhase now, last;
    std::optional<bool> oom_flag;  // docker's "OOMKilled"
    std::optional<Bytes> limit, request;
    bool unlimited = false;  // docker: "Memory": 0
    std::optional<std::uint64_t> restarts;
    std::string options;  // of a JVM, where the arguments or the environment have them: "-Xmx1g …"

    [[nodiscard]] bool oom_killed() const {
        return now.oom_killed() || last.oom_killed() || oom_flag.value_or(false);
    }
    [[nodiscard]] bool sigkilled() const { return now.sigkilled() || last.sigkilled(); }
};

struct ContainerReport {
    bool docker = false;
    std::string_view pod, node;  // of kubectl
    // "Evicted" and the reason, where the node evicted the pod.
    std::string_view reason, message;
    std::vector<ContainerState> containers;
    NotUnderstood not_understood;

    [[nodiscard]] bool evicted_for_memory() const {
        return reason == "Evicted" && message.find("memory") != std::string_view::npos;
    }
};

// Fails where the text has no container.
Expected<ContainerReport> parse_pod_description(std::string_view text,
                                                std::string_view document = "kubectl describe pod");
// Reads a complete answer, a truncated one, or some of its lines.
Expected<ContainerReport> parse_container_inspect(std::string_view text,
                                                  std::string_view document = "docker inspect");

// The JVM options that limit its memory, from a word of arguments or the value of a variable; appended to
// `into`, separated by blanks. Anything else is left out: it may be a secret.
void add_memory_options(std::string_view words, std::string& into);

}  // namespace nmtx
