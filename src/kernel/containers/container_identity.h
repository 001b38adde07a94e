// Which container a process is in: its id from /proc/PID/cgroup, its names from files of the container's
// runtime on the host. All texts come from the runtime or the kernel, none from the target.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nmtx {

// The innermost container that a line of /proc/PID/cgroup names; 64 hexadecimal digits:
//   0::/system.slice/docker-6f0b…e1.scope                                  docker, systemd's driver
//   5:memory:/docker/6f0b…e1                                              docker, cgroupfs
//   0::/kubepods.slice/…-pod1f2e_….slice/cri-containerd-6f0b…e1.scope     containerd; crio-, docker- likewise
//   0::/machine.slice/libpod-6f0b…e1.scope/container                      podman
// Nothing where no part has such an id: no container, one of another kind (LXC), or one whose cgroup
// namespace is ours.
std::optional<std::string> container_id_of_cgroup(std::string_view cgroup);

struct ContainerNames {
    std::string name;       // "web"; in a pod the container's name there
    std::string pod;        // empty outside of Kubernetes
    std::string pod_space;  // its namespace
    friend bool operator==(const ContainerNames&, const ContainerNames&) = default;
    [[nodiscard]] bool empty() const { return name.empty() && pod.empty(); }
    // "namespace/pod/name", as far as they are known; empty where none is.
    [[nodiscard]] std::string joined() const;
};

// docker: /var/lib/docker/containers/ID/config.v2.json. Empty names for any other text.
ContainerNames names_of_docker(std::string_view config);
// containerd and CRI-O: config.json of the bundle; its annotations have the names.
ContainerNames names_of_bundle(std::string_view config);
// podman and CRI-O: containers.json of the storage, a list of all containers.
ContainerNames names_in_storage(std::string_view containers, std::string_view id);
// The kubelet's link in /var/log/containers: "POD_NAMESPACE_CONTAINER-ID.log".
ContainerNames names_of_log(std::string_view file_name, std::string_view id);

}  // namespace nmtx
