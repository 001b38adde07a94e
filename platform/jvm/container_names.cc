#include "platform/jvm/container_names.h"

#include <dirent.h>

#include <initializer_list>
#include <memory>

#include "platform/proc/input_file.h"

namespace nmtx {
namespace {

constexpr std::size_t most_state_bytes = std::size_t{16} << 20U;

std::string text_of_file(const std::string& path) {
    auto text = read_input(path, most_state_bytes);
    return text ? std::move(*text) : std::string();
}

// The kubelet links the log of each container here, whatever the runtime. The directory is public, and its
// names say it all: no log is opened.
ContainerNames names_by_log(const std::string& id, const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> logs(::opendir(directory.c_str()), ::closedir);
    if (!logs) return {};
    constexpr std::size_t most = 100'000;
    std::size_t seen = 0;
    while (const dirent* entry = ::readdir(logs.get())) {
        if (++seen > most) return {};
        if (ContainerNames names = names_of_log(entry->d_name, id); !names.empty()) return names;
    }
    return {};
}

}  // namespace

ContainerNames read_container_names(const std::string& id, const std::string& root) {
    if (id.empty()) return {};
    // Of containerd, by the namespaces of the kubelet and of nerdctl; of CRI-O and podman.
    const auto bundle = [&](std::string place, std::string_view rest) {
        return names_of_bundle(text_of_file(place.insert(0, root).append(id).append(rest)));
    };
    for (const char* bundles : {"/run/containerd/io.containerd.runtime.v2.task/k8s.io/",
                                "/run/containerd/io.containerd.runtime.v2.task/default/",
                                "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/"}) {
        if (auto names = bundle(bundles, "/config.json"); !names.empty()) return names;
    }
    if (auto names =
            names_of_docker(text_of_file(root + "/var/lib/docker/containers/" + id + "/config.v2.json"));
        !names.empty())
        return names;
    for (const char* storage : {"/run/containers/storage", "/var/lib/containers/storage"}) {
        const std::string containers = std::string(storage) + "/overlay-containers/";
        if (auto names = bundle(containers, "/userdata/config.json"); !names.empty()) return names;
    }
    if (auto names = names_by_log(id, root + "/var/log/containers"); !names.empty()) return names;
    return names_in_storage(
        text_of_file(root + "/var/lib/containers/storage/overlay-containers/containers.json"), id);
}

}  // namespace nmtx
