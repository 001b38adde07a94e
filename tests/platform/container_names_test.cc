#include "platform/jvm/container_names.h"

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;

namespace {

namespace fs = std::filesystem;

const std::string id(64, 'b');

void make_file(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

}  // namespace

TEST_CASE(
    "container names: each runtime's files on the host are found, and nothing is where there are none") {
    const TemporaryDirectory directory;
    const fs::path root = directory.path();
    CHECK(read_container_names(id, root.string()).empty());
    CHECK(read_container_names("", root.string()).empty());
    const fs::path storage = root / "var/lib/containers/storage/overlay-containers";
    make_file(storage / "containers.json", R"([{"id":")" + id + R"(","names":["podman"]}])");
    CHECK(read_container_names(id, root.string()).name == "podman");
    make_file(root / ("var/log/containers/shop_prod_kubelet-" + id + ".log"), "");
    CHECK(read_container_names(id, root.string()).joined() == "prod/shop/kubelet");
    make_file(storage / id / "userdata/config.json",
              R"({"annotations":{"io.kubernetes.container.name":"crio","io.kubernetes.pod.name":"shop"}})");
    CHECK(read_container_names(id, root.string()).joined() == "shop/crio");
    make_file(root / "var/lib/docker/containers" / id / "config.v2.json", R"({"Name":"/docker"})");
    CHECK(read_container_names(id, root.string()).joined() == "docker");
    make_file(root / "run/containerd/io.containerd.runtime.v2.task/k8s.io" / id / "config.json",
              R"({"annotations":{"io.kubernetes.cri.container-name":"containerd"}})");
    CHECK(read_container_names(id, root.string()).joined() == "containerd");
}
