#include "kernel/containers/container_identity.h"

#include "catch.h"

using namespace nmtx;

namespace {

const std::string id(64, 'a');
const std::string inner = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

}  // namespace

TEST_CASE("container identity: every runtime's form of a cgroup has the id") {
    for (const std::string& path :
         {"/docker/" + id, "/system.slice/docker-" + id + ".scope", "/kubepods/burstable/pod1f2e-3/" + id,
          "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f2e_3.slice/cri-containerd-" + id +
              ".scope",
          "/kubepods.slice/kubepods-pod1f2e_3.slice/crio-" + id + ".scope",
          "/machine.slice/libpod-" + id + ".scope/container", "/default/" + id}) {
        CAPTURE(path);
        CHECK(container_id_of_cgroup("0::" + path + "\n") == id);
        CHECK(container_id_of_cgroup("12:pids:/\n5:memory:" + path + "\n0::/\n") == id);
    }
}

TEST_CASE("container identity: of a container in a container the inner one counts") {
    CHECK(container_id_of_cgroup("0::/docker/" + id + "/docker/" + inner) == inner);
}

TEST_CASE("container identity: what only looks like a container is none") {
    for (const std::string& cgroup :
         {std::string("0::/\n"), std::string("0::/user.slice/user-1000.slice/session-3.scope\n"),
          std::string("4:memory:/api/d7e7bf1628c62a2282e85d1c319e3e5c\n"), "0::/crio-conmon-" + id + ".scope",
          "0::/docker/" + std::string(64, 'G'), "0::/x" + id, std::string(), std::string("garbage"),
          std::string("::")}) {
        CAPTURE(cgroup);
        CHECK_FALSE(container_id_of_cgroup(cgroup));
    }
}

TEST_CASE("container identity: docker's state has the name behind a slash, or Kubernetes' labels") {
    CHECK(names_of_docker(R"({"ID":"x","Name":"/web","Config":{"Hostname":"6f","Labels":{}}})") ==
          ContainerNames{"web", "", ""});
    const ContainerNames pod =
        names_of_docker(R"({"Name":"/k8s_app_x","Config":{"Labels":{"io.kubernetes.container.name":"app",)"
                        R"("io.kubernetes.pod.name":"shop-6d5f","io.kubernetes.pod.namespace":"prod"}}})");
    CHECK(pod == ContainerNames{"app", "shop-6d5f", "prod"});
    CHECK(pod.joined() == "prod/shop-6d5f/app");
}

TEST_CASE("container identity: a bundle's annotations have the names of containerd, CRI-O and nerdctl") {
    CHECK(names_of_bundle(
              R"({"ociVersion":"1.0","annotations":{"io.kubernetes.cri.container-name":"app",)"
              R"("io.kubernetes.cri.sandbox-name":"shop","io.kubernetes.cri.sandbox-namespace":"prod"}})") ==
          ContainerNames{"app", "shop", "prod"});
    CHECK(names_of_bundle(R"({"annotations":{"nerdctl/name":"web"}})") == ContainerNames{"web", "", ""});
}

TEST_CASE("container identity: the storage's list has podman's names by id") {
    const std::string list = R"([{"id":"b","names":["other"]},{"id":")" + id + R"(","names":["web","w"]}])";
    CHECK(names_in_storage(list, id) == ContainerNames{"web", "", ""});
    CHECK(names_in_storage(list, inner).empty());
}

TEST_CASE("container identity: the kubelet's link names pod, namespace and container") {
    CHECK(names_of_log("shop-6d5f_prod_app-" + id + ".log", id) ==
          ContainerNames{"app", "shop-6d5f", "prod"});
    CHECK(names_of_log("shop-6d5f_prod_app-" + inner + ".log", id).empty());
    CHECK(names_of_log("noparts-" + id + ".log", id).empty());
}

TEST_CASE("container identity: texts of another form name nobody") {
    for (const char* text :
         {"", "{", "[]", "{}", "3", R"({"Name":7,"Config":[],"annotations":"x"})", "[[],{},7]"}) {
        CAPTURE(text);
        CHECK(names_of_docker(text).empty());
        CHECK(names_of_bundle(text).empty());
        CHECK(names_in_storage(text, id).empty());
    }
}
